/**
 * Prints, as JSON, what each flood costs in block executions at one, two and three times its length. A process
 * of its own: V8 counts blocks only in what it compiles after it was asked to, and to be run with --no-opt: it
 * loses counts when it optimizes.
 */
import { WorkCounter } from '../../fuzz/work.ts';

const counter = new WorkCounter();
const { flood } = await import('./flood.ts');
const { FLOODS } = await import('./floods.ts');

function cost(work: () => void): number {
  counter.take();
  work();
  return counter.take();
}

const step = Number(process.argv[2]);
const result: Record<string, number[]> = {};
for (const [name, segments] of Object.entries(FLOODS)) {
  result[name] = [1, 2, 3].map((times) => cost(() => flood(segments(times * step))));
}
counter.stop();
process.stdout.write(JSON.stringify(result));
