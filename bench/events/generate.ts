/**
 * Writes events as `imds live` logs them: `generate.ts OUT SEED LINES HOSTS CALLERS SHORT_LIVED FROM`. Of a
 * hundred callers, SHORT_LIVED are commands of scripts. FROM is the number of the first call: files whose
 * numbers overlap have those calls in common.
 */
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { EventFormatter } from '../../src/report/event.ts';
import { Random } from '../random.ts';
import { callOf, fleet } from './fleet.ts';

/** 2026-01-15, in nanoseconds. */
const BEGIN = 1_768_478_400_000_000_000n;
/** Between two calls of the fleet. */
const STEP = 40_000_000n;
const BATCH_CHARACTERS = 4_000_000;

const [out = '', ...numbers] = process.argv.slice(2);
const [seed = 1, lines = 0, hosts = 1, callers = 1, shortLived = 0, from = 0] = numbers.map(Number);
const callerPlans = fleet(new Random(seed), hosts, callers, shortLived);
const formatter = new EventFormatter();
const fd = openSync(out, 'w');
let batch = '';
for (let number = from; number < from + lines; number++) {
  // Seeded by its number: the same call in whatever file it stands.
  const random = new Random(seed + Math.imul(number + 1, 0x9e3779b1));
  random.bits();
  const call = callOf(random, random.pick(callerPlans), BEGIN + BigInt(number) * STEP, number);
  batch += `${formatter.format(call)}\n`;
  if (batch.length < BATCH_CHARACTERS) continue;
  writeFileSync(fd, batch);
  batch = '';
}
writeFileSync(fd, batch);
closeSync(fd);
