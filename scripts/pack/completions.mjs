/** Completion for bash and zsh, written from what the commands say of themselves. */

/** @typedef {import('./reference.mjs').Command} Command */
/** @typedef {import('./reference.mjs').Flag} Flag */

/**
 * Needs nothing of the package bash-completion, which many hosts lack.
 * @param {readonly Command[]} commands
 */
export function bashCompletion(commands) {
  const ids = firstWords(commands).join(' ');
  return `# bash completion for imds
_imds() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]} flags='' kind=''
  COMPREPLY=()
  # "=" is a word of its own for bash: --format = csv
  if [[ $word == = ]]; then
    word=''
  elif [[ $before == = ]]; then
    before=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W '${ids} --help --version' -- "$word"))
    return
  fi
  case $command in
${topicsOf(commands).map(bashTopic).join('\n')}
  esac
  case $command:$before in
${commands.flatMap((command) => Object.values(command.flags).flatMap((flag) => bashValue(command, flag))).join('\n')}
  esac
  case $kind in
    file) compopt -o filenames; COMPREPLY=($(compgen -f -- "$word")); return ;;
    folder) compopt -o filenames; COMPREPLY=($(compgen -d -- "$word")); return ;;
    other) return ;;
    ?*) COMPREPLY=($(compgen -W "$kind" -- "$word")); return ;;
  esac
  case $command in
${commands.map((command) => `    ${bashWord(command.id)}) flags='${namesOf(command).join(' ')}' ;;`).join('\n')}
  esac
  if [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$word"))
  elif [[ $command == help ]]; then
    COMPREPLY=($(compgen -W '${ids}' -- "$word"))
  elif [[ ${commands
    .filter(takesPaths)
    .map(({ id }) => `$command == '${id}'`)
    .join(' || ')} ]]; then
    compopt -o filenames
    COMPREPLY=($(compgen -f -- "$word"))
  fi
}
complete -F _imds imds
`;
}

/**
 * Words that follow `imds`: commands, and topics of several. @param {readonly Command[]} commands
 * @returns {string[]}
 */
function firstWords(commands) {
  return [...new Set(commands.map(({ id }) => id.split(' ')[0] ?? id))];
}

/**
 * @typedef {{ name: string, commands: Command[] }} Topic `service`, and `service install` …
 * @param {readonly Command[]} commands
 * @returns {Topic[]}
 */
function topicsOf(commands) {
  const isOf =
    (/** @type {string} */ name) =>
    (/** @type {Command} */ { id }) =>
      id.startsWith(`${name} `);
  return firstWords(commands)
    .map((name) => ({ name, commands: commands.filter(isOf(name)) }))
    .filter((topic) => topic.commands.length > 0);
}

/** Its commands for the second word; from the third on, what is completed is one of them. @param {Topic} topic */
function bashTopic({ name, commands }) {
  const words = commands.map(({ id }) => id.slice(name.length + 1)).join(' ');
  return `    ${name})
      if ((COMP_CWORD == 2)); then
        COMPREPLY=($(compgen -W '${words}' -- "$word"))
        return
      fi
      command+=" \${COMP_WORDS[2]}" ;;`;
}

/** For a pattern of \`case\`. @param {string} id */
function bashWord(id) {
  return id.replaceAll(' ', '\\ ');
}

/** @param {readonly Command[]} commands */
export function zshCompletion(commands) {
  return `#compdef imds
_imds() {
  local curcontext="$curcontext" state line
  typeset -A opt_args
  _arguments -C '--version[show the version]' '(-h --help)'{-h,--help}'[show help]' '1:command:->command' '*::argument:->argument'
  case $state in
    command)
      local -a commands=(
${firstWords(commands)
  .map((word) => zshDescription(word, commands.find(({ id }) => id === word)?.summary))
  .join('\n')}
      )
      _describe command commands ;;
    argument)
      case $line[1] in
${commands
  .filter(({ id }) => !id.includes(' '))
  .map((command) => `        ${command.id}) ${zshArguments(command)} ;;`)
  .join('\n')}
${topicsOf(commands).map(zshTopic).join('\n')}
      esac ;;
  esac
}
_imds "$@"
`;
}

/**
 * @param {string} word
 * @param {string | undefined} summary
 */
function zshDescription(word, summary) {
  return `        ${quoted(summary === undefined ? word : `${word}:${summary.replaceAll(':', '\\:')}`)}`;
}

/** @param {Topic} topic */
function zshTopic({ name, commands }) {
  const second = (/** @type {Command} */ { id }) => id.slice(name.length + 1);
  return `        ${name})
          local -a commands=(
${commands.map((command) => `    ${zshDescription(second(command), command.summary)}`).join('\n')}
          )
          if ((CURRENT == 2)); then
            _describe command commands
          else
            local topic=$words[2]
            shift words
            ((CURRENT--))
            case $topic in
${commands.map((command) => `              ${second(command)}) ${zshArguments(command)} ;;`).join('\n')}
            esac
          fi ;;`;
}

/**
 * @param {Command} command
 * @param {Flag} flag
 */
function bashValue({ id }, flag) {
  if (flag.type !== 'option') return [];
  const words =
    flag.options?.join(' ') ?? { FILE: 'file', FOLDER: 'folder' }[flag.helpValue ?? ''] ?? 'other';
  const names = [`--${flag.name}`, ...(flag.char === undefined ? [] : [`-${flag.char}`])];
  return [`    ${names.map((name) => `${bashWord(id)}:${name}`).join('|')}) kind='${words}' ;;`];
}

/** @param {Command} command */
function namesOf({ flags }) {
  return [...Object.values(flags).map(({ name }) => `--${name}`), '--help'];
}

/** @param {Command} command */
function zshArguments(command) {
  const specs = Object.values(command.flags).map(zshFlag);
  if (takesPaths(command)) specs.push(quoted('*:path:_files'));
  if (command.id === 'help') specs.push(quoted('1:command:($commands)'));
  return `_arguments ${["'(-h --help)'{-h,--help}'[show help]'", ...specs].join(' \\\n          ')}`;
}

/** @param {Flag} flag */
function zshFlag({ name, char, summary, type, helpValue = 'VALUE', options, multiple }) {
  const what = summary.replace(/[[\]:]/g, '\\$&');
  const action = options
    ? `(${options.join(' ')})`
    : ({ FILE: '_files', FOLDER: '_files -/' }[helpValue] ?? ' ');
  const value = type === 'option' ? `:${helpValue.replace(/[[\]:|]/g, '\\$&')}:${action}` : '';
  const sign = type === 'option' ? '=' : '';
  const many = multiple ? '*' : '';
  const long = quoted(`${many}--${name}${sign}[${what}]${value}`);
  if (char === undefined) return long;
  return `${quoted(`${many}-${char}${type === 'option' ? '+' : ''}[${what}]${value}`)} ${long}`;
}

/** @param {Command} command */
function takesPaths({ args }) {
  return Object.values(args).some(({ name }) => name === 'path');
}

/** For a shell, in single quotes. @param {string} word */
function quoted(word) {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
