/**
 * Runs the zoo, and writes what was seen to cases.json: `npx tsx test/zoo/update.ts [ID…]`, as root. Look at the
 * difference: what a client does is a fact, what imds says of it may be wrong. `npm run docs` then writes docs/zoo.md.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CASES_FILE, expectedCases, seenCases, type ZooEntry } from './cases.ts';
import { ZOO } from './clients.ts';
import { runZoo } from './run.ts';

const only = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'imds-zoo-'));
try {
  const chosen = ZOO.filter(({ id }) => only.length === 0 || only.includes(id));
  const seen = await seenCases(await runZoo(chosen, folder));
  const held: ZooEntry[] = only.length === 0 ? [] : expectedCases();
  const entries = ZOO.flatMap(({ id }) => [...seen, ...held].find(({ client }) => client === id) ?? []);
  writeFileSync(CASES_FILE, `${JSON.stringify(entries, undefined, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true });
}
