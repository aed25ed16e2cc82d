import type { Writable } from 'node:stream';
import { FailureError } from '../errors.ts';
import type { Output } from '../report/types.ts';

/** A place for results that can be finished. */
export interface ResultOutput extends Output {
  /** Everything is handed to the system, and stands under its final name. Throws if that failed. */
  finish(): Promise<void>;
  /** Nothing came of it: leave no partial result behind. */
  discard(): Promise<void>;
}

/**
 * Standard output. It is never ended: it belongs to the process. When its reader has gone (EPIPE, as
 * with `| head -1`), writing on is pointless but no error.
 */
export class StreamOutput implements ResultOutput {
  readonly #stream: Writable;
  readonly #name: string;
  readonly #remedy: string;
  #broken: NodeJS.ErrnoException | undefined;
  #waiting: (() => void)[] = [];

  /**
   * @param onBroken called once, when the stream takes no more
   * @param remedy what to do where it cannot be written
   */
  constructor(stream: Writable, name: string, onBroken: () => void, remedy = REDIRECT) {
    this.#stream = stream;
    this.#name = name;
    this.#remedy = remedy;
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (this.#broken === undefined) onBroken();
      this.#broken ??= error;
      this.#wake();
    });
    stream.on('drain', () => this.#wake());
  }

  write(text: string): boolean {
    if (this.#broken !== undefined) return true;
    // What has to wait for a slow reader does so as bytes: as text, each piece that it was put together of would.
    return this.#stream.write(this.#stream.writableLength === 0 ? text : Buffer.from(text));
  }

  drain(): Promise<void> {
    if (this.#broken !== undefined || !this.#stream.writableNeedDrain) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async finish(): Promise<void> {
    if (this.#broken === undefined) {
      // The callback of an empty write comes after all that was written before it.
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
        this.#stream.write('', () => resolve());
      });
    }
    if (this.#broken !== undefined && this.#broken.code !== 'EPIPE') {
      throw writeError(this.#name, this.#broken, this.#remedy);
    }
  }

  discard(): Promise<void> {
    return Promise.resolve();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

const INCOMPLETE = 'What was printed so far is incomplete';
const REDIRECT = `${INCOMPLETE}; send it to another place.`;
/** Of commands that have that option. */
export const WITH_OUTPUT_OPTION = `${INCOMPLETE}; write to another place with -o FILE.`;

export function writeError(name: string, cause: NodeJS.ErrnoException, remedy: string): FailureError {
  const reason = cause.code === 'ENOSPC' ? 'no space left on the device' : (cause.code ?? cause.message);
  return new FailureError(`${name}: cannot write: ${reason}`, {
    code: 'output.write',
    remedy,
    cause,
  });
}
