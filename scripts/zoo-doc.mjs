/** docs/zoo.md: what real clients did when they were run against the stand-in endpoint (test/zoo/cases.json). */
import { readFileSync } from 'node:fs';

/** @typedef {import('../test/zoo/cases.ts').ZooEntry} ZooEntry */
/** @typedef {import('../test/zoo/cases.ts').ZooCase} ZooCase */

/** As rows are ordered; the names of test/zoo/modes.ts. @type {readonly (readonly [mode: string, words: string])[]} */
const MODES = [
  ['granted', 'token granted'],
  ['required', 'token granted, and required'],
  ['403', 'PUT answered 403'],
  ['404', 'PUT answered 404'],
  ['405', 'PUT answered 405'],
  ['slow', 'PUT answered after 2 s'],
  ['unanswered', 'PUT never answered'],
  ['routed', 'PUT never answered, behind a router'],
];

const INTRODUCTION = `# The zoo

<!-- Written by scripts/generate.mjs from test/zoo/cases.json: run the zoo instead (test/zoo/update.ts). -->

Real clients of Debian 12 and npm, run against a stand-in for the metadata service under \`imds live --jsonl
--capture sockets\`, once for each thing that may become of the PUT that asks for a token. Each line is what
\`imds\` told of it: the requests in their order (version, method, status; what is repeated stands once), the row of the
[client table](clients.md) that fits what the client shows, the rule that says why it uses IMDSv1, and other
findings. \`test/zoo\` runs all of it again and compares; the requests are also held against what the stand-in
received.

A PUT that is answered only after its client has closed the connection is \`unanswered\`: the socket that the answer
is for is gone. Who waits long enough gets its token (\`v2 PUT 200\`). The scripts are in \`test/zoo/clients\`.
`;

/**
 * @param {URL} file test/zoo/cases.json
 * @returns {string}
 */
export function zooDocument(file) {
  /** @type {ZooEntry[]} */
  const entries = JSON.parse(readFileSync(file, 'utf8'));
  return [INTRODUCTION, ...entries.map(section)].join('\n');
}

/** @param {ZooEntry} entry */
function section({ title, cases }) {
  /** @type {Map<string, string[]>} */
  const modesOf = new Map();
  for (const [mode, words] of MODES) {
    const seen = Object.entries(cases).find(([name]) => name === mode)?.[1];
    if (seen === undefined) continue;
    const cells = cellsOf(seen);
    modesOf.set(cells, [...(modesOf.get(cells) ?? []), words]);
  }
  const rows = [...modesOf].map(([cells, modes]) => `| ${modes.join('; ')} | ${cells} |`);
  const head = ['| | requests | product | cause | findings |', '| --- | --- | --- | --- | --- |'];
  return `## ${title.replace(/^a /, 'A ')}\n\n${[...head, ...rows].join('\n')}\n`;
}

/** @param {ZooCase} seen */
function cellsOf({ requests, product, cause, findings = [] }) {
  const row = product === undefined ? 'not named' : `[${product}](clients.md#${product})`;
  return [requests.join(', ') || 'none', row, cause ?? '-', findings.join(', ') || '-'].join(' | ');
}
