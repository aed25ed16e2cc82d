import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { InputError } from '../errors.ts';
import { kindOf } from '../files/kind.ts';
import { MAX_UNPACKED_BYTES, unpack } from './unpack.ts';

/** The bytes of correlations, pulled synchronously. */
export interface LineSource {
  /** @returns how many bytes were put at `at` of `target`, 0 at the end */
  read(target: Buffer, at: number, room: number): number;
  close(): void;
}

const GZIP_MAGIC = 0x1f8b;
/** A FIFO that takes the file's place must not block; Windows has neither. */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * Opens correlations, packed or not as their content says. What is packed is unpacked here, since
 * zlib cannot be called a piece at a time from synchronous code.
 *
 * @param path for messages
 * @param enough where so many bytes are all that is wanted, no more is unpacked
 * @throws InputError where it is no regular file, is missing, may not be read, or unpacks to too much
 */
export async function openLineSource(
  path: string,
  location: string | Buffer = path,
  enough = Number.POSITIVE_INFINITY,
): Promise<LineSource> {
  try {
    const stats = await stat(location);
    if (!stats.isFile()) throw notRegular(path, stats);
    const file = new FileSource(location);
    if (!file.isPacked()) return file;
    file.close();
    return new UnpackedSource(await unpack(location, stats.size, enough));
  } catch (error) {
    throw error instanceof InputError ? error : unreadable(path, error as NodeJS.ErrnoException);
  }
}

/**
 * A file, up to the end that it has at the time. Its size bounds it, not a read of nothing: some
 * files of /proc call themselves regular, and never end.
 */
class FileSource implements LineSource {
  readonly #descriptor: number;
  #position = 0;
  #size = 0;
  #closed = false;

  constructor(path: string | Buffer) {
    this.#descriptor = openSync(path, OPEN_FLAGS);
  }

  isPacked(): boolean {
    const head = Buffer.alloc(2);
    return readSync(this.#descriptor, head, 0, 2, 0) === 2 && head.readUInt16BE(0) === GZIP_MAGIC;
  }

  read(target: Buffer, at: number, room: number): number {
    if (this.#closed) return 0;
    // It may have grown, while its capture is still written.
    if (this.#position >= this.#size) this.#size = fstatSync(this.#descriptor).size;
    const length = Math.min(room, this.#size - this.#position);
    if (length <= 0) return 0;
    const read = readSync(this.#descriptor, target, at, length, this.#position);
    this.#position += read;
    return read;
  }

  close(): void {
    if (!this.#closed) closeSync(this.#descriptor);
    this.#closed = true;
  }
}

/** Pieces that were unpacked; each is let go of when it has been taken. */
class UnpackedSource implements LineSource {
  readonly #pieces: (Buffer | undefined)[];
  #piece = 0;
  #taken = 0;

  constructor(pieces: Buffer[]) {
    this.#pieces = pieces;
  }

  read(target: Buffer, at: number, room: number): number {
    const piece = this.#pieces[this.#piece];
    if (piece === undefined) return 0;
    const length = piece.copy(target, at, this.#taken, this.#taken + room);
    this.#taken += length;
    if (this.#taken === piece.length) {
      this.#pieces[this.#piece++] = undefined;
      this.#taken = 0;
    }
    return length;
  }

  close(): void {
    this.#pieces.length = 0;
  }
}

function notRegular(path: string, stats: Stats): InputError {
  return new InputError(`${path}: expected correlations in a regular file, found ${kindOf(stats)}`, {
    code: 'correlations.no_file',
    remedy: 'Name a file; what comes from a pipe is to be saved to one first.',
  });
}

function unreadable(path: string, error: NodeJS.ErrnoException): InputError {
  if (error.code === 'ENOENT') {
    return new InputError(`${path}: there is no such file`, {
      code: 'correlations.missing',
      remedy: 'Check the path of the correlations.',
      cause: error,
    });
  }
  if (error.code === 'ERR_BUFFER_TOO_LARGE') {
    return new InputError(`${path}: unpacks to more than ${MAX_UNPACKED_BYTES} bytes`, {
      code: 'correlations.too_large',
      remedy: 'Unpack it with gunzip, and name the unpacked file with --correlations.',
      cause: error,
    });
  }
  return new InputError(`${path}: cannot be read (${error.code ?? error.message})`, {
    code: 'correlations.unreadable',
    remedy: 'Check that it is a file that you may read, and intact.',
    cause: error,
  });
}
