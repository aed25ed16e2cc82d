/**
 * Prints, as JSON, what each flood costs in block executions at one, two and three times its length. A process
 * of its own: V8 counts blocks only in what it compiles after it was asked to.
 */
import { WorkCounter } from '../../fuzz/work.ts';

const counter = new WorkCounter();
const { flood } = await import('./flood.ts');
const { FLOODS } = await import('./floods.ts');

const step = Number(process.argv[2]);
const result: Record<string, number[]> = {};
for (const [name, segments] of Object.entries(FLOODS)) {
  result[name] = [1, 2, 3].map((times) => {
    counter.take();
    flood(segments(times * step));
    return counter.take();
  });
}
counter.stop();
process.stdout.write(JSON.stringify(result));
