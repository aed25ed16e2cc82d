import type { Output } from './types.ts';

const BATCH = 65_536;

/** Collects text into writes of about 64 KB, and knows when the consumer is behind. */
export class BatchWriter {
  readonly #output: Output;
  #text = '';
  #behind = false;

  constructor(output: Output) {
    this.#output = output;
  }

  write(text: string): void {
    this.#text += text;
    if (this.#text.length >= BATCH) this.#flush();
  }

  /**
   * Hands on what is there, so that the results of a slow input are seen while it still runs (this is
   * asked once per chunk of input), and resolves when the consumer has caught up.
   */
  ready(): Promise<void> | undefined {
    this.#flush();
    return this.#behind ? this.#caughtUp() : undefined;
  }

  async end(): Promise<void> {
    this.#flush();
    if (this.#behind) await this.#caughtUp();
  }

  async #caughtUp(): Promise<void> {
    await this.#output.drain();
    this.#behind = false;
  }

  #flush(): void {
    if (this.#text === '') return;
    if (!this.#output.write(this.#text)) this.#behind = true;
    this.#text = '';
  }
}
