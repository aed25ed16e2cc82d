import { setFlagsFromString } from 'node:v8';

/**
 * By how much, in percent, the heap may outgrow what the last full collection left. V8 chooses between 30
 * and 300 by what the machine has: on a large host, a flood of connections would be 100 MB of garbage.
 */
const HEAP_GROWTH = 30;

export function keepHeapSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH}`);
}

/**
 * Keeps the young generation at the size that it has (V8 starts with 2 MB) instead of up to 34 MB: a session is
 * there for weeks, and seldom busy, and what is made of one saved event is garbage with the next. Read by V8
 * when it is about to grow, which it does four times over while a command is loaded; as an option of node itself
 * a factor of 1 would be taken for 2.
 */
export function keepYoungGenerationSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/**
 * Bytes of bytecode that a function runs, over and over, before V8 thinks of optimizing it: four times as many as V8
 * would have it. A report meets hundreds of functions that are done after some thousand lines; to optimize them took
 * half a second of the core on which lines wait to be read. Later versions have a compiler for what is lukewarm, and
 * not this option.
 */
const INTERRUPT_BUDGET = 300_000;
const NODE_WITHOUT_MIDDLE_TIER = /^20\./;

export function optimizeLate(): void {
  if (NODE_WITHOUT_MIDDLE_TIER.test(process.versions.node))
    setFlagsFromString(`--interrupt-budget=${INTERRUPT_BUDGET}`);
}
