import { constants } from 'node:os';
import type { SignalSource } from './surroundings.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * The one owner of everything that ends a run early. The first SIGINT or SIGTERM ends the reading, so
 * that what was read is reported; a second one meets Node's default and ends the process.
 */
export class Interruption {
  readonly #controller = new AbortController();
  readonly #source: SignalSource;
  #exitCode: number | undefined;

  constructor(source: SignalSource) {
    this.#source = source;
    for (const signal of SIGNALS) source.on(signal, this.#receive);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** 128 + the signal's number, as shells have it; undefined while there was none. */
  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  /** The output takes no more: there is nobody to read on for. */
  abort(): void {
    this.#controller.abort();
  }

  /** Gives the signals back. */
  [Symbol.dispose](): void {
    for (const signal of SIGNALS) this.#source.off(signal, this.#receive);
  }

  readonly #receive = (signal: NodeJS.Signals): void => {
    this.#exitCode = 128 + constants.signals[signal];
    this[Symbol.dispose]();
    this.#controller.abort();
  };
}

/**
 * Tells where it takes longer than that to end.
 *
 * @param milliseconds from the signal
 * @returns to be called when the end is there
 */
export function whenLate(signal: AbortSignal, milliseconds: number, tell: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const begin = () => {
    timer = setTimeout(tell, milliseconds);
  };
  signal.addEventListener('abort', begin, { once: true });
  return () => {
    signal.removeEventListener('abort', begin);
    clearTimeout(timer);
  };
}
