import { constants, createReadStream, fstat, type Stats } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { InputError } from '../errors.ts';
import type { PacketSource } from '../ports.ts';
import { type CaptureInput, CaptureSource, type OnProgress } from './read/capture-source.ts';
import { borrowDescriptor, openFile } from './read/file-handle.ts';
import { PEEK_CHUNK_BYTES, peek } from './read/peek.ts';
import { StreamWindow } from './read/stream-window.ts';
import { FileWindow } from './read/window.ts';

export interface OpenOptions {
  /** Read for `-`; by default the standard input of the process. */
  stdin?: Readable | undefined;
  /** Where the file is, if its name is no UTF-8, so that `path` cannot tell. */
  location?: string | Buffer | undefined;
  /** Called between chunks; bytes are those of the input itself, compressed or not. */
  onProgress?: OnProgress | undefined;
}

/** What the head of a capture tells. */
export interface CaptureHead {
  format: 'pcap' | 'pcapng';
  compression?: 'gzip' | undefined;
  /** Time of the first packet, nanoseconds since the epoch. */
  firstTime?: bigint | undefined;
  /** JSON of the first journal record, where it stands before the first packet. */
  firstRecord?: Uint8Array | undefined;
}

const STDIN = '-';

/**
 * A capture to be read: pcap or pcapng, plain or compressed, by its content. Bad content becomes a
 * problem in the source's statistics.
 *
 * @param path for messages, and unless `location` says otherwise, where it is: a file, or `-` for standard input
 * @throws InputError where there is no such file, it may not be read, or it is a folder
 */
export async function openCapture(path: string, options: OpenOptions = {}): Promise<PacketSource> {
  const name = path === STDIN ? 'stdin' : path;
  const input = path === STDIN ? await standardInput(options.stdin) : await fileInput(path, options.location);
  return new CaptureSource(name, input, options.onProgress);
}

/**
 * Reads no more than the head of a file.
 * @returns undefined where it is no capture
 * @throws InputError as {@link openCapture}
 */
export async function peekCapture(
  path: string,
  location?: string | Buffer,
): Promise<CaptureHead | undefined> {
  return peek(new CaptureSource(path, await fileInput(path, location, PEEK_CHUNK_BYTES)));
}

async function fileInput(
  path: string,
  location: string | Buffer = path,
  chunk?: number,
): Promise<CaptureInput> {
  const stats = await statFile(path, location);
  if (stats.isFile()) {
    return {
      open: async () => new FileWindow(await openFile(location), stats.size, 0, chunk),
      reopens: true,
    };
  }
  // A FIFO, a terminal, a process substitution: read as it comes.
  return { open: async () => new StreamWindow(await openStream(location, stats)), reopens: false };
}

/**
 * A FIFO is opened without waiting for a writer, and waited for by epoll: both can be given up, but a thread that
 * opens or reads cannot. Other systems than Linux show the end of a FIFO that nobody has opened yet.
 */
async function openStream(location: string | Buffer, stats: Stats): Promise<Readable> {
  if (!stats.isFIFO() || process.platform !== 'linux') return createReadStream(location);
  const { fd } = await openFile(location, constants.O_RDONLY | constants.O_NONBLOCK);
  return new Socket({ fd, readable: true, writable: false });
}

async function standardInput(stdin: Readable | undefined): Promise<CaptureInput> {
  if (stdin === undefined && (await isFile(0))) {
    return {
      open: () => Promise.resolve(new FileWindow(borrowDescriptor(0), undefined, undefined)),
      reopens: false,
    };
  }
  return { open: () => Promise.resolve(new StreamWindow(stdin ?? process.stdin)), reopens: false };
}

function isFile(descriptor: number): Promise<boolean> {
  return new Promise((resolve) => fstat(descriptor, (error, stats) => resolve(!error && stats.isFile())));
}

async function statFile(path: string, location: string | Buffer): Promise<Stats> {
  let stats: Stats;
  try {
    stats = await stat(location);
    await access(location, constants.R_OK);
  } catch (error) {
    throw unreadable(path, error as NodeJS.ErrnoException);
  }
  if (stats.isDirectory()) {
    throw new InputError(`${path}: expected a capture, found a folder`, {
      code: 'capture.folder',
      remedy: 'Name the captures in it.',
    });
  }
  if (stats.isSocket()) {
    throw new InputError(`${path}: expected a capture, found a socket`, {
      code: 'capture.socket',
      remedy: 'Name a file; what a program sends can be piped in: PROGRAM | imds analyze -',
    });
  }
  return stats;
}

function unreadable(path: string, cause: NodeJS.ErrnoException): InputError {
  switch (cause.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new InputError(`${path}: there is no such file`, {
        code: 'capture.missing',
        remedy: 'Check the path; a relative one begins at the current folder.',
        cause,
      });
    case 'EACCES':
    case 'EPERM':
      return new InputError(`${path}: permission to read it is denied`, {
        code: 'capture.denied',
        remedy: 'Run as a user who may read it, or change its mode: chmod +r FILE.',
        cause,
      });
    default:
      return new InputError(`${path}: cannot be read: ${cause.message}`, {
        code: 'capture.read_failed',
        cause,
      });
  }
}
