/**
 * `npm run bench [-- --quick] [--seed N] [--only WORD]`: imds beside its peers. --quick proves that
 * everything runs, on small captures, and writes no results. WORD is a scenario, or the first word of
 * several (`live`): only their part of the results is written anew.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { canCreateNamespaces } from '../test/support/netns.ts';
import { CaptureCache, root } from './cache.ts';
import { machineLines } from './machine.ts';
import { type Command, measure } from './measure.ts';
import { installPeers } from './peers.ts';
import { profile } from './profile.ts';
import { resultsText, sectionText, withParts } from './results.ts';
import type { Bench, Scenario, Section } from './scenario.ts';
import { dense } from './scenarios/dense.ts';
import { haystack } from './scenarios/haystack.ts';
import { liveClients } from './scenarios/live-clients.ts';
import { liveCost } from './scenarios/live-cost.ts';
import { livePredecessor } from './scenarios/live-predecessor.ts';
import { liveSoak } from './scenarios/live-soak.ts';
import { memoryGrowth } from './scenarios/memory.ts';
import { report } from './scenarios/report.ts';
import { startUp } from './scenarios/start-up.ts';

const SCENARIOS: Record<string, Scenario> = {
  'start-up': startUp,
  dense,
  haystack,
  memory: memoryGrowth,
  report,
  'live-cost': liveCost,
  'live-clients': liveClients,
  'live-predecessor': livePredecessor,
  'live-soak': liveSoak,
};
const RESULTS = join(root, 'bench', 'RESULTS.md');
const BIN = join(root, 'bin', 'run.js');

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    seed: { type: 'string', default: '20260115' },
    only: { type: 'string' },
  },
});
const seed = Number(values.seed);
const { only } = values;
const isWanted = (name: string): boolean =>
  only === undefined || only === name || name.startsWith(`${only}-`);
if (!Object.keys(SCENARIOS).some(isWanted)) {
  process.stderr.write(`--only ${only}: no such scenario. There are ${Object.keys(SCENARIOS).join(', ')}.\n`);
  process.exit(2);
}
if (!existsSync(join(root, 'dist', 'cli', 'main.js'))) {
  process.stderr.write('Not built yet: run `npm run build` first.\n');
  process.exit(5);
}

const peers = installPeers();
const cache = new CaptureCache(seed);
const present = (commands: readonly Command[]) =>
  commands.filter(({ peer }) => peer === undefined || peers.has(peer));
const bench: Bench = {
  cache,
  quick: values.quick,
  program: BIN,
  imds: `'${process.execPath}' '${BIN}'`,
  measure: (commands, rounds) => measure(present(commands), rounds),
};
const parts = new Map<string, Section[]>();
process.stdout.write(`Seed: ${seed}\n\n`);
for (const [name, scenario] of Object.entries(SCENARIOS)) {
  if (!isWanted(name)) continue;
  if (name.startsWith('live-') && !canCreateNamespaces()) {
    process.stderr.write(`${name} is left out: it needs root and network namespaces of its own\n`);
    continue;
  }
  const sections = await scenario(bench);
  parts.set(name, sections);
  for (const section of sections) {
    // Small captures measure the start of each program: no verdict rests on them.
    if (values.quick) section.verdicts = [];
    process.stdout.write(`${sectionText(section)}\n\n`);
  }
}

if (!values.quick && only !== undefined) {
  writeFileSync(RESULTS, withParts(readFileSync(RESULTS, 'utf8'), parts, machineLines(peers)));
} else if (!values.quick) {
  const needle = cache.haystack({ gigabytes: 1, meanSize: 1000, format: 'pcap' });
  const profiles = [
    { title: 'haystack, 1 GB, 1,000 B a packet', lines: profile(BIN, ['analyze', needle]) },
    { title: 'dense, 200,000 calls', lines: profile(BIN, ['analyze', cache.dense(20_000)]) },
  ];
  writeFileSync(RESULTS, resultsText({ seed, machine: machineLines(peers), parts, profiles }));
}
