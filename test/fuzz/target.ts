import type { Random } from './random.ts';

/** What is fuzzed: takes any bytes, and throws where a promise of the code is broken. */
export interface Target {
  name: string;
  /** Good inputs, from which the others are made. */
  seeds(): readonly Uint8Array[];
  /**
   * @param random for choices that are not in the input: how it is cut into pieces
   * @returns what was seen of the code's answers (counters, problems, versions): tells new inputs from old ones
   */
  run(input: Uint8Array, random: Random): Promise<readonly string[]>;
}

/** A promise that does not hold for an input. */
export class Broken extends Error {}

export function hold(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Broken(message);
}
