/** Manual pages (man(7)), written from what the commands say of themselves. */

/**
 * @typedef {import('./reference.mjs').Command} Command
 * @typedef {{ version: string, description: string, date: string }} About `date` is YYYY-MM-DD
 */

/**
 * @param {readonly Command[]} commands
 * @param {About} about
 * @returns {Map<string, string>} page by file name: `imds.1`, `imds-live.1`
 */
export function manPages(commands, about) {
  const pages = new Map([['imds.1', overview(commands, about)]]);
  for (const command of commands) {
    if (command.id !== 'help') pages.set(`${nameOf(command.id)}.1`, page(command, commands, about));
  }
  return pages;
}

/** Of a command's page: `imds-service-install`. @param {string} id */
function nameOf(id) {
  return `imds-${id.replaceAll(' ', '-')}`;
}

/**
 * @param {readonly Command[]} commands
 * @param {About} about
 */
function overview(commands, about) {
  return lines([
    title('IMDS', about),
    ...section('NAME', [`imds \\- ${text(about.description)}`]),
    ...section('SYNOPSIS', ['.B imds', '.I COMMAND', '[\\fIOPTION\\fR...]']),
    ...section(
      'COMMANDS',
      commands.flatMap(({ id, summary }) => ['.TP', `.B ${text(id)}`, text(summary)]),
    ),
    ...section('OPTIONS', ['.TP', '.B \\-\\-version', 'Show the version.']),
    ...seeAlso(commands, undefined),
  ]);
}

/**
 * @param {Command} command
 * @param {readonly Command[]} commands
 * @param {About} about
 */
function page(command, commands, about) {
  const { id, summary, description = '', examples = [] } = command;
  const paragraphs = description.split(/\n\s*\n/);
  const isExit = (/** @type {string} */ paragraph) => paragraph.startsWith('Exit status: ');
  return lines([
    title(nameOf(id).toUpperCase(), about),
    ...section('NAME', [`${text(nameOf(id))} \\- ${text(summary)}`]),
    ...section('SYNOPSIS', synopsis(command)),
    ...section('DESCRIPTION', spaced(paragraphs.filter((each) => !isExit(each)))),
    ...argumentsOf(command),
    ...groups(command),
    ...section('EXIT STATUS', exitStatus(paragraphs.find(isExit))),
    ...section(
      'EXAMPLES',
      examples.flatMap((example) => [
        '.PP',
        text(example.description),
        '.PP',
        '.nf',
        '.RS',
        text(example.command),
        '.RE',
        '.fi',
      ]),
    ),
    ...seeAlso(commands, id),
  ]);
}

/** @param {Command} command */
function synopsis({ id, usage, args, flags }) {
  const words = Object.keys(args).map((name) => `[${name.toUpperCase()}]`);
  if (Object.keys(flags).length > 0) words.push('[OPTION...]');
  const forms = usage === undefined ? [[id, ...words].join(' ')] : [usage].flat();
  return forms.flatMap((form, index) => [
    ...(index > 0 ? ['.br'] : []),
    `.B imds ${text(id)}`,
    text(form.replace(id, '').trim().replace(/\s+/g, ' ')),
  ]);
}

/** @param {Command} command */
function argumentsOf({ args }) {
  return section(
    'ARGUMENTS',
    Object.values(args).flatMap(({ name, description }) => [
      '.TP',
      `.I ${text(name.toUpperCase())}`,
      text(description),
    ]),
  );
}

/** @param {Command} command */
function groups({ flags }) {
  const all = Object.values(flags).filter(({ hidden }) => hidden !== true);
  const names = [...new Set(all.map(({ helpGroup }) => helpGroup))];
  return names.flatMap((group) =>
    section(
      group === undefined ? 'OPTIONS' : `${group} OPTIONS`,
      all.filter(({ helpGroup }) => helpGroup === group).flatMap(option),
    ),
  );
}

/** @param {import('./reference.mjs').Flag} flag */
function option(flag) {
  const value = flag.type === 'option' ? `=\\fI${text(flag.helpValue ?? 'VALUE')}\\fR` : '';
  const short = flag.char === undefined ? '' : `\\fB\\-${flag.char}\\fR, `;
  const standard = flag.default === undefined ? '' : ` Default: ${flag.default}.`;
  return ['.TP', `${short}\\fB\\-\\-${text(flag.name)}\\fR${value}`, text(`${flag.summary}${standard}`)];
}

/** `Exit status: 0 done; 1 failure.` as a list. @param {string | undefined} paragraph */
function exitStatus(paragraph) {
  const items = (paragraph ?? '').replace('Exit status: ', '').replace(/\.$/, '').split('; ');
  return items.filter(Boolean).flatMap((item) => {
    const [, codes = '', meaning = ''] = /^(\d+(?: or \d+)*) (.*)$/s.exec(item) ?? [];
    return ['.TP', `.B ${codes}`, text(meaning)];
  });
}

/**
 * @param {readonly Command[]} commands
 * @param {string | undefined} own
 */
function seeAlso(commands, own) {
  const names = commands.map(({ id }) => id).filter((id) => id !== 'help' && id !== own);
  const pages = [...(own === undefined ? [] : ['imds']), ...names.map((id) => text(nameOf(id)))];
  return section(
    'SEE ALSO',
    pages.map((name, index) => `.BR ${name} (1)${index < pages.length - 1 ? ',' : ''}`),
  );
}

/**
 * @param {string} name
 * @param {About} about
 */
function title(name, { version, date }) {
  return `.TH ${name} 1 ${date} "imds ${version}" "User Commands"`;
}

/**
 * @param {string} name
 * @param {readonly string[]} body
 */
function section(name, body) {
  return body.length === 0 ? [] : [`.SH ${name}`, ...body];
}

/** @param {readonly string[]} paragraphs */
function spaced(paragraphs) {
  return paragraphs.flatMap((paragraph) => ['.PP', text(paragraph.replace(/\s+/g, ' '))]);
}

/**
 * As roff shows it literally: its escape character, hyphens that are to be copied, and what begins a request.
 * @param {string} words
 */
function text(words) {
  return words
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/gm, '\\&$1');
}

/** @param {readonly string[]} all */
function lines(all) {
  return `${all.join('\n')}\n`;
}
