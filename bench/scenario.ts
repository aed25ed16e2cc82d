import type { CaptureCache } from './cache.ts';
import type { Command, Measurement } from './measure.ts';
import type { Verdict } from './targets.ts';

/** What a scenario needs from the run it is part of. */
export interface Bench {
  cache: CaptureCache;
  /** Small captures and one round: does it work, not how fast is it. */
  quick: boolean;
  /** Shell words that start the built command. */
  imds: string;
  /** Runs the commands in turn; those of absent peers are left out. */
  measure(commands: readonly Command[], rounds: number): Measurement[];
}

export interface Section {
  title: string;
  /** What was measured and how, in a sentence or two. */
  note: string;
  /** Ratios are against this one. */
  base: string;
  measurements: readonly Measurement[];
  /** What was promised; emptied where the sizes prove nothing. */
  verdicts: readonly Verdict[];
}

export type Scenario = (bench: Bench) => Section[];
