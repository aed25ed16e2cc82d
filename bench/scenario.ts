import type { CaptureCache } from './cache.ts';
import type { Command, Measurement } from './measure.ts';
import type { Verdict } from './targets.ts';

/** What a scenario needs from the run it is part of. */
export interface Bench {
  cache: CaptureCache;
  /** Small captures and one round: does it work, not how fast is it. */
  quick: boolean;
  /** What is built, for Node. */
  program: string;
  /** Shell words that start it by the Node of this machine. */
  imds: string;
  /** Runs the commands in turn; those of absent peers are left out. */
  measure(commands: readonly Command[], rounds: number): Measurement[];
}

/** Programs beside each other: time and memory. */
export interface Comparison {
  /** Ratios are against this one. */
  base: string;
  measurements: readonly Measurement[];
}

/** What has other figures: cells as they are printed. */
export interface Figures {
  header: readonly string[];
  rows: readonly (readonly string[])[];
}

export interface Section {
  title: string;
  /** What was measured and how, in a sentence or two. */
  note: string;
  figures: Comparison | Figures;
  /** What was promised; emptied where the sizes prove nothing. */
  verdicts: readonly Verdict[];
}

export type Scenario = (bench: Bench) => Section[] | Promise<Section[]>;
