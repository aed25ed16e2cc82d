import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { InputError, PrerequisiteError } from '../../errors.ts';
import { PcapParserAdapter } from './pcap-parser-adapter.ts';

/** A packet as the package pcap-parser reads it. */
export interface SecondPacket {
  seconds: number;
  nanoseconds: number;
  originalLength: number;
  data: Buffer;
}

interface PacketEvent {
  header: { timestampSeconds: number; timestampMicroseconds: number; originalLength: number };
  data: Buffer;
}

/** The part of pcap-parser that is used; the package has no types. */
interface Parser {
  /** What is not read yet. */
  buffer: Buffer | null;
  on(event: 'globalHeader', listener: (header: { linkLayerType: number }) => void): void;
  on(event: 'packet', listener: (packet: PacketEvent) => void): void;
  on(event: 'error', listener: (error: Error) => void): void;
  on(event: 'end', listener: () => void): void;
}

/** Reads a classic pcap file, plain or gzip-compressed, with pcap-parser; packets come in batches of a chunk. */
export class SecondReader {
  /** LINKTYPE_ value; known with the first batch. */
  linkType = -1;
  readonly #path: string;
  readonly #location: string | Buffer;

  constructor(path: string, location: string | Buffer = path) {
    this.#path = path;
    this.#location = location;
  }

  /** @throws UsageError where pcap-parser cannot read such a file, InputError where its framing is damaged */
  async *batches(): AsyncGenerator<SecondPacket[]> {
    const { parse } = await load();
    const file = createReadStream(this.#location);
    const plain = await decompressed(file);
    const adapter = new PcapParserAdapter(this.#path);
    let queue: SecondPacket[] = [];
    let ended = false;
    let failure: Error | undefined;
    let wake = () => {};
    const fail = (error: Error) => {
      failure ??= error;
      ended = true;
      wake();
    };
    const parser = parse(adapter);
    parser.on('globalHeader', (header) => {
      this.linkType = header.linkLayerType & 0xffff;
    });
    parser.on('packet', ({ header, data }) => {
      adapter.pause();
      queue.push({
        seconds: header.timestampSeconds,
        nanoseconds: header.timestampMicroseconds * (adapter.nanoseconds ? 1 : 1000),
        originalLength: header.originalLength,
        data,
      });
      wake();
    });
    // Behind its own listener: with nothing left to put together, it does without `new Buffer()`.
    adapter.on('data', () => {
      if (parser.buffer?.length === 0) parser.buffer = null;
    });
    parser.on('error', fail);
    parser.on('end', () => {
      ended = true;
      wake();
    });
    file.on('error', fail);
    plain.on('error', fail);
    plain.pipe(adapter);
    try {
      for (;;) {
        while (queue.length === 0 && !ended) {
          const woken = new Promise<void>((resolve) => {
            wake = resolve;
          });
          adapter.resume();
          await woken;
        }
        if (queue.length === 0) break;
        const batch = queue;
        queue = [];
        yield batch;
      }
      if (failure !== undefined) throw inputError(this.#path, failure);
    } finally {
      file.destroy();
      plain.destroy();
      adapter.destroy();
    }
  }
}

async function load(): Promise<{ parse(input: Readable): Parser }> {
  try {
    // @ts-expect-error the package has no types
    const module = await import('pcap-parser');
    return module.default as { parse(input: Readable): Parser };
  } catch (cause) {
    throw new PrerequisiteError('the package pcap-parser, which --cross-check needs, is not installed', {
      code: 'cross-check.parser_missing',
      remedy: 'Install it: npm install pcap-parser.',
      cause,
    });
  }
}

async function decompressed(file: Readable): Promise<Readable> {
  const head = await new Promise<Buffer>((resolve, reject) => {
    file.once('error', reject);
    file.once('readable', () => {
      file.removeListener('error', reject);
      const first = (file.read() as Buffer | null) ?? Buffer.alloc(0);
      if (first.length > 0) file.unshift(first);
      resolve(first);
    });
  });
  if (head[0] !== 0x1f || head[1] !== 0x8b) return file;
  const { createGunzip } = await import('node:zlib');
  return file.pipe(createGunzip());
}

function inputError(path: string, error: Error): Error {
  if (!('errno' in error)) return error;
  return new InputError(`${path}: the second reader cannot read on: ${error.message}`, {
    code: 'cross-check.read_failed',
    remedy: 'Get the file again from where it was captured.',
    cause: error,
  });
}
