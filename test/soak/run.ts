/**
 * `npm run soak -- [--minutes N] [--seed N] [--only WORD]… [--capture VIEWS] [--keep FILE]`: sessions of `imds live` under calls, storms, kills, full disks,
 * steps of the clock and rotations, drawn from a seed that is printed. Afterwards every call that the stand-in
 * endpoint answered has to be in the log, or to be lost with a reason; exit code 1 where one is not.
 */
import { parseArgs } from 'node:util';
import { canCreateNamespaces } from '../support/netns.ts';
import { canStepClock } from './fake-clock.ts';
import { soak } from './soak.ts';
import { faultsOf, textOf } from './verdict.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    only: { type: 'string', multiple: true },
    capture: { type: 'string', default: 'both' },
    keep: { type: 'string' },
    quiet: { type: 'boolean', default: false },
  },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed);
if (!(minutes > 0 && Number.isInteger(seed))) {
  process.stderr.write('--minutes takes a number above 0, --seed a whole number\n');
  process.exit(2);
}
if (!canCreateNamespaces()) {
  process.stderr.write('the soak needs root, and network namespaces\n');
  process.exit(5);
}
process.stdout.write(`seed ${seed}, ${minutes} minutes\n`);
if (!canStepClock()) process.stdout.write('no steps of the clock: apt-get install faketime\n');
const begin = performance.now();
const onStep = (text: string) => {
  const seconds = ((performance.now() - begin) / 1000).toFixed(0);
  if (!values.quiet) process.stderr.write(`${seconds.padStart(5)} s  ${text}\n`);
};
const result = await soak({
  seed,
  seconds: minutes * 60,
  only: values.only,
  capture: values.capture,
  keep: values.keep,
  onStep,
});
process.stdout.write(textOf(result));
const faults = faultsOf(result);
for (const fault of faults) process.stdout.write(`✗ ${fault}\n`);
if (faults.length === 0) process.stdout.write('✓ every answered call is in the log, or lost with a reason\n');
process.exitCode = faults.length === 0 ? 0 : 1;
