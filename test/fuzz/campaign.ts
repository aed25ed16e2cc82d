import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { peakBytes, resetPeak } from '../support/peak-memory.ts';
import { keep, readCorpus } from './corpus.ts';
import { mutate } from './mutate.ts';
import { Random } from './random.ts';
import { Broken, hold, type Target } from './target.ts';
import { Watchdog } from './watchdog.ts';
import { WorkCounter } from './work.ts';

export interface CampaignOptions {
  seed: number;
  /** Ends when the time is over; the cases themselves know no time. */
  seconds?: number;
  /** Runs this case alone. */
  only?: number;
  /** Keeps inputs that show what no input of the corpus does. */
  keeps?: boolean;
}

export interface CampaignResult {
  cases: number;
  /** Most block executions per input byte that a batch took. */
  mostWork: number;
  kept: readonly string[];
}

const BATCH = 50;
/** Block executions: a fixed part for each case (open, close, report), and one for each byte of its input. */
const WORK_PER_CASE = 60_000;
const WORK_PER_BYTE = 600;
/** What a run may hold on to after a garbage collection, and what it may use in between. */
const MAX_HELD_BYTES = 64 * 1024 * 1024;
const MAX_PEAK_BYTES = 512 * 1024 * 1024;

/**
 * Runs a target on its corpus and on mutations of it.
 * @throws Broken, which names seed and case, where the target throws, works too long or keeps memory
 */
export async function campaign(target: Target, options: CampaignOptions): Promise<CampaignResult> {
  const again = `npx tsx test/fuzz/run.ts --target ${target.name} --seed ${options.seed} --case `;
  const inputs = [...target.seeds(), ...readCorpus(target.name)];
  const inputOf = (number: number, random: Random) =>
    // First the inputs as they are.
    inputs[number] ?? mutate(random.pick(inputs), random, random.pick(inputs));
  if (options.only !== undefined) {
    const random = Random.ofCase(options.seed, options.only);
    await target.run(inputOf(options.only, random), random);
    return { cases: 1, mostWork: 0, kept: [] };
  }

  const work = new WorkCounter();
  const watchdog = new Watchdog(again);
  const memory = new MemoryLimit();
  const seen = new Set<string>();
  const kept: string[] = [];
  const end = performance.now() + (options.seconds ?? 1) * 1000;
  let number = 0;
  let mostWork = 0;
  try {
    while (number < inputs.length || performance.now() < end) {
      let bytes = 0;
      const first = number;
      for (; number < first + BATCH; number++) {
        watchdog.begins(number);
        const random = Random.ofCase(options.seed, number);
        const input = inputOf(number, random);
        bytes += input.length;
        const answers = await runCase(target, input, random, `${again}${number}`);
        // Numbers within names (link types) would make everything new.
        const features = answers.map((answer) => answer.replace(/\d{2,}/g, ''));
        const isNew = features.some((feature) => !seen.has(feature));
        for (const feature of features) seen.add(feature);
        const file =
          isNew && options.keeps === true && number >= inputs.length ? keep(target.name, input) : undefined;
        if (file !== undefined) kept.push(file);
      }
      const done = work.take();
      mostWork = Math.max(mostWork, done / (bytes + 1));
      hold(
        done <= BATCH * WORK_PER_CASE + bytes * WORK_PER_BYTE,
        `${target.name}: ${done} block executions for ${bytes} bytes in cases ${first} to ${number - 1}; ${again}${first}`,
      );
      await memory.check(`${target.name}: cases ${first} to ${number - 1}; ${again}${first}`);
    }
  } finally {
    work.stop();
    await watchdog.stop();
  }
  return { cases: number, mostWork, kept };
}

async function runCase(target: Target, input: Uint8Array, random: Random, again: string) {
  try {
    return await target.run(input, random);
  } catch (error) {
    throw new Broken(`${target.name}: ${error instanceof Error ? error.message : error}; ${again}`, {
      cause: error,
    });
  }
}

/** Looks at what is held from time to time, and at the peak always. */
class MemoryLimit {
  readonly #collect: () => void;
  readonly #base: number;
  readonly #basePeak: number;
  #checks = 0;

  constructor() {
    setFlagsFromString('--expose-gc');
    this.#collect = runInNewContext('gc');
    this.#collect();
    this.#base = held();
    // What ran before in this process may have taken more.
    resetPeak();
    this.#basePeak = peakBytes();
  }

  async check(where: string): Promise<void> {
    const peak = peakBytes() - this.#basePeak;
    hold(peak < MAX_PEAK_BYTES, `memory rose by ${peak} bytes at ${where}`);
    if (++this.#checks % 32 !== 0) return;
    // Handles are closed in a turn of their own.
    await setImmediate();
    this.#collect();
    await setImmediate();
    this.#collect();
    hold(held() - this.#base < MAX_HELD_BYTES, `${held() - this.#base} bytes are held after ${where}`);
  }
}

function held(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
