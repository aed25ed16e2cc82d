/**
 * Fuzzes for as long as is wanted: `npx tsx test/fuzz/run.ts --seconds 600 [--target reader] [--seed N] [--keep]`.
 * With `--seed N --case N` it runs that one case again.
 */
import { parseArgs } from 'node:util';
import { campaign } from './campaign.ts';
import { newSeed, TARGETS } from './targets/index.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    case: { type: 'string' },
    target: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
});

const chosen = TARGETS.filter(({ name }) => values.target === undefined || name === values.target);
const seed = values.seed === undefined ? newSeed() : Number(values.seed);
for (const target of chosen) {
  process.stdout.write(`${target.name}: seed ${seed}\n`);
  const { cases, mostWork, kept } = await campaign(target, {
    seed,
    seconds: Number(values.seconds) / chosen.length,
    keeps: values.keep,
    ...(values.case === undefined ? {} : { only: Number(values.case) }),
  });
  process.stdout.write(
    `${target.name}: ${cases} cases, at most ${mostWork.toFixed(1)} block executions a byte\n`,
  );
  for (const file of kept) process.stdout.write(`  kept ${file}\n`);
}
