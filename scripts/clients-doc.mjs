/** docs/clients.md: the client table (src/clients/clients.json) as people read it. */
import { readFileSync } from 'node:fs';

/** @typedef {import('../src/clients/types.ts').ClientRow} ClientRow */

/** @type {Readonly<Record<ClientRow['kind'], string>>} */
const SECTIONS = {
  program: 'Programs',
  sdk: 'SDKs',
  http: 'Bare HTTP clients',
  proxy: 'Proxies',
  emulator: 'Emulators',
};

const INTRODUCTION = `# The client table

<!-- Written by scripts/generate.mjs from src/clients/clients.json: change that. -->

What imds knows of the programs, SDKs and scripts that ask the metadata service: since when they ask for a token,
whether they read without one when they get none, which setting turns that off, and what to do. It is data, in
\`src/clients/clients.json\` (\`schemas/clients.schema.json\` says what a row holds), with the source of each row.
A fact that nobody has verified is marked *unverified*. What contradicts a row is worth an issue; the finding
becomes one of its sources.

A row is recognised by one of its lines; all that a line names has to fit. The name of a program goes before the SDK in
it, and that before its HTTP client. Where two rows fit equally, none is named. *Falls back on* lists the outcomes
of the PUT after which it was seen, or its source was read, to read without a token: a status, \`unanswered\`, or
\`slow\`, an answer after two seconds. *Sticky* means for the life of the process.
`;

/**
 * @param {URL} file src/clients/clients.json
 * @returns {string}
 */
export function clientsDocument(file) {
  /** @type {{ reviewed: string, clients: ClientRow[] }} */
  const { reviewed, clients } = JSON.parse(readFileSync(file, 'utf8'));
  const sections = Object.entries(SECTIONS).map(([kind, title]) =>
    section(
      title,
      clients.filter((row) => row.kind === kind),
    ),
  );
  return `${[INTRODUCTION, `${clients.length} rows, last reviewed as a whole on ${reviewed}.\n`, ...sections].join('\n')}`;
}

/**
 * @param {string} title
 * @param {readonly ClientRow[]} rows
 */
function section(title, rows) {
  const table = [
    '| product | IMDSv2 since | falls back | id |',
    '| --- | --- | --- | --- |',
    ...rows.map(
      (row) => `| ${[row.product, since(row), fallback(row), `[${row.id}](#${row.id})`].join(' | ')} |`,
    ),
  ];
  return [`## ${title}\n`, `${table.join('\n')}\n`, ...rows.map(details)].join('\n');
}

/** @param {ClientRow} row */
function since(row) {
  const { v2Since, sdks } = row;
  if (v2Since === undefined) return sdks === undefined ? 'not known' : 'as its SDK';
  const text = typeof v2Since === 'string' ? v2Since : `${v2Since.product} ${v2Since.version}`;
  return marked(row, 'v2Since', text);
}

/** @param {ClientRow} row */
function fallback(row) {
  const text = row.fallback === 'unknown' ? 'not known' : row.fallback;
  const on = row.fallbackOn === undefined ? '' : ` (${row.fallbackOn.join(', ')})`;
  const sticky = row.sticky ? ', sticky' : '';
  return marked(row, 'fallback', `${text}${on}${sticky}`);
}

/**
 * @param {ClientRow} row
 * @param {string} field
 * @param {string} text
 */
function marked({ unverified }, field, text) {
  return unverified?.includes(field) ? `${text} (*unverified*)` : text;
}

/** @param {ClientRow} row */
function details(row) {
  const { id, product, match, sdks, tokenless, disableFallback, disableFallbackSince, remedy, sources } = row;
  const setting =
    disableFallbackSince === undefined
      ? disableFallback
      : `${disableFallback}; from ${disableFallbackSince.product} ${disableFallbackSince.version} on`;
  const recognised = match.length === 0 ? ['nothing of its own'] : match.map(condition);
  const lines = [
    `- Remedy: ${marked(row, 'remedy', remedy)}`,
    `- Recognised by: ${marked(row, 'match', recognised.join('; or '))}`,
    ...(sdks === undefined ? [] : [`- Calls with: ${sdks.map((sdk) => `[${sdk}](#${sdk})`).join(', ')}`]),
    ...(tokenless === undefined ? [] : [`- Never with a token: ${marked(row, 'tokenless', tokenless)}`]),
    ...(setting === undefined ? [] : [`- Without fallback: ${marked(row, 'disableFallback', setting)}`]),
    ...sources.map((source) => `- ${source[0]?.toUpperCase()}${source.slice(1)}`),
  ];
  return `<a id="${id}"></a>\n### ${product}\n\n${lines.join('\n')}\n`;
}

/** @param {ClientRow['match'][number]} fields */
function condition(fields) {
  /** @param {string} name @param {string | undefined} pattern */
  const pattern = (name, pattern) => (pattern === undefined ? [] : [`${name} \`${pattern}\``]);
  return [
    ...pattern('user agent', fields.userAgent),
    ...(fields.noUserAgent ? ['no user agent'] : []),
    ...pattern('executable', fields.executable),
    ...pattern('program', fields.program),
    ...pattern('started by', fields.startedBy),
    ...pattern('an argument', fields.args),
    ...(fields.package === undefined ? [] : [`package ${fields.package.join(', ')}`]),
  ].join(', with ');
}
