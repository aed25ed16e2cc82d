import type { Gunzip } from 'node:zlib';
import type { FileReader } from './file-reader.ts';
import { CHUNK_BYTES } from './scan/scanner.ts';

const MAGIC = 0x1f8b;
/**
 * Packed bytes that are unpacked at once, behind what is known to be good. zlib drops what it has unpacked of
 * those in which it finds an error: the file is read again, to where it failed, and from there in smaller steps.
 */
const STEPS = [CHUNK_BYTES, 1024, 1] as const;

const MIN_PIECE_BYTES = 16 * 1024;
/** Events take a tenth packed, or less. */
const USUAL_RATIO = 16;

/** @param head the first bytes of a file */
export function isPacked(head: Buffer): boolean {
  return head.length >= 2 && head.readUInt16BE(0) === MAGIC;
}

/**
 * What a file unpacks to, in pieces that stay as they are; also of members that follow one another (RFC 1952 §2.2).
 * Fails with an error of the system or of zlib, when all has come that can be unpacked before it.
 */
export async function* unpacked(file: FileReader): AsyncGenerator<Buffer> {
  const { createGunzip } = await import('node:zlib');
  const chunkSize = pieceBytes((await file.head()).length);
  let given = 0;
  let good = 0;
  for (const step of STEPS) {
    const feeder = new Feeder(file, createGunzip({ chunkSize }), good, step);
    let passed = 0;
    try {
      for await (const piece of feeder.pieces()) {
        const known = Math.min(piece.length, given - passed);
        passed += piece.length;
        if (known === piece.length) continue;
        given = passed;
        yield piece.subarray(known);
      }
      return;
    } catch (error) {
      if (step === 1 || !dropsPieces(error)) throw error;
      good = feeder.begun;
    } finally {
      await feeder.stop();
    }
    await file.rewind();
  }
}

/** Of what a small file unpacks to, not more than it may take: it is memory anew for each file. */
function pieceBytes(packed: number): number {
  return Math.min(CHUNK_BYTES, Math.max(MIN_PIECE_BYTES, packed * USUAL_RATIO));
}

/** Of zlib, which fails where data only breaks off when it has given everything. */
function dropsPieces(error: unknown): boolean {
  return isOfZlib(error) && error.code !== 'Z_BUF_ERROR';
}

export function isOfZlib(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}

/** Feeds a decompressor with a file. */
class Feeder {
  readonly #file: FileReader;
  readonly #gunzip: Gunzip;
  readonly #fed: Promise<void>;
  #wake: (() => void) | undefined;
  /** Where those bytes begin that are unpacked now, or were last. */
  begun = 0;

  /** @param good bytes that are known to be good @param step of how many at once the others are unpacked */
  constructor(file: FileReader, gunzip: Gunzip, good: number, step: number) {
    this.#file = file;
    this.#gunzip = gunzip;
    // It comes out of what is read too.
    gunzip.on('error', () => {});
    gunzip.on('close', () => this.#wake?.());
    this.#fed = this.#feed(good, step);
  }

  async *pieces(): AsyncGenerator<Buffer> {
    for await (const piece of this.#gunzip) {
      this.#wake?.();
      yield piece;
    }
  }

  async stop(): Promise<void> {
    this.#gunzip.destroy();
    await this.#fed;
  }

  async #feed(good: number, step: number): Promise<void> {
    const to = this.#gunzip;
    try {
      for await (const chunk of this.#file.chunks()) {
        for (let from = 0; from < chunk.length; ) {
          const most = this.begun < good ? good - this.begun : step;
          const packed = chunk.subarray(from, from + most);
          await this.#write(packed);
          if (to.destroyed) return;
          this.begun += packed.length;
          from += packed.length;
        }
      }
      to.end();
    } catch (error) {
      to.destroy(error as Error);
    }
  }

  /** Until it is used up, and what came of it was taken: an error would throw that away. */
  async #write(packed: Buffer): Promise<void> {
    const to = this.#gunzip;
    let isUsed = false;
    to.write(packed, () => {
      isUsed = true;
      this.#wake?.();
    });
    while (!to.destroyed && !(isUsed && to.readableLength === 0)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
