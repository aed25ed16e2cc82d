import type { Readable } from 'node:stream';
import { frame, giveBack, type InputWindow, takeFrame } from './window.ts';

/** What is left unread of a piece, mostly less than a packet, is moved rather than that memory is touched behind it. */
const MOVED_BYTES = 64 * 1024;

/**
 * One buffer that a stream fills: each piece is handed on as soon as it is there. The stream reads
 * ahead by itself and is paused while what it gave is scanned.
 */
export class StreamWindow implements InputWindow {
  readonly size = undefined;
  bytes: Buffer;
  view: DataView;
  start = 0;
  end = 0;
  origin = 0;
  /** Bytes that the stream gave, taken or not. */
  received = 0;
  readonly #stream: Readable;
  readonly #queue: Buffer[] = [];
  #ended = false;
  #error: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(stream: Readable) {
    this.#stream = stream;
    ({ bytes: this.bytes, view: this.view } = takeFrame());
    stream.on('data', (piece: Buffer) => {
      stream.pause();
      this.receive(piece);
    });
    stream.on('end', () => this.#end());
    stream.on('close', () => this.#end());
    stream.on('error', (error) => {
      this.#error = error;
      this.#end();
    });
  }

  async more(): Promise<boolean> {
    while (this.#queue.length === 0) {
      if (this.#ended) {
        if (this.#error) throw this.#error;
        return false;
      }
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#stream.resume();
      await woken;
    }
    this.#take(this.#queue[0] as Buffer);
    return true;
  }

  protected receive(piece: Buffer): void {
    this.received += piece.length;
    this.#queue.push(piece);
    this.#notify();
  }

  close(): Promise<void> {
    this.#queue.length = 0;
    this.#error = undefined;
    this.#end();
    this.#stream.on('error', () => {});
    this.#stream.destroy();
    return Promise.resolve();
  }

  release(): void {
    if (this.bytes.length > 0) giveBack({ bytes: this.bytes, view: this.view });
    ({ bytes: this.bytes, view: this.view } = frame(0));
  }

  #take(piece: Buffer): void {
    const left = this.end - this.start;
    if (this.start > 0 && (left <= MOVED_BYTES || this.end + piece.length > this.bytes.length)) {
      this.bytes.copyWithin(0, this.start, this.end);
      this.origin += this.start;
      this.end -= this.start;
      this.start = 0;
    }
    const length = Math.min(piece.length, this.bytes.length - this.end);
    piece.copy(this.bytes, this.end, 0, length);
    this.end += length;
    if (length === piece.length) this.#queue.shift();
    else this.#queue[0] = piece.subarray(length);
  }

  #end(): void {
    this.#ended = true;
    this.#notify();
  }

  #notify(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
