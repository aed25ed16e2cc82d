import type { JournalHandler, PacketFilter, PacketSource, SourceStatistics } from '../../ports.ts';
import { DecompressedWindow, gunzip } from './decompress.ts';
import { Findings } from './findings.ts';
import { describeHead, type Format, MAGIC_BYTES, REMEDY_NO_CAPTURE, recognise, remedyOf } from './format.ts';
import { PcapReader } from './pcap.ts';
import { PcapngReader } from './pcapng.ts';
import type { RecordReader } from './record-reader.ts';
import type { InputWindow } from './window.ts';

/** Where the bytes of a capture come from. */
export interface CaptureInput {
  open(): Promise<InputWindow>;
  /** Whether {@link CaptureInput.open} may be called again. */
  reopens: boolean;
}

export type OnProgress = (bytesRead: number, totalBytes: number | undefined) => void;

/**
 * Bytes that are read before the output is waited for. A pipelined request can be 16 bytes long and its line
 * of output a thousand: a whole chunk of them would be 100 MB.
 */
const PIECE_BYTES = 128 * 1024;

const REMEDY_TWICE = 'Unpack it once and read it again.';

/** A capture of any known format and compression, from a file or a stream. */
export class CaptureSource implements PacketSource {
  readonly name: string;
  readonly #input: CaptureInput;
  readonly #onProgress: OnProgress | undefined;
  readonly #findings: Findings;
  #format: 'pcap' | 'pcapng' | undefined;
  #compression: 'gzip' | undefined;
  #signal: AbortSignal | undefined;
  /** The input failed or was given up before its end. */
  #broken = false;

  constructor(name: string, input: CaptureInput, onProgress?: OnProgress) {
    this.name = name;
    this.#input = input;
    this.#onProgress = onProgress;
    this.#findings = new Findings(name);
  }

  get statistics(): SourceStatistics {
    return this.#findings.statistics;
  }

  /** Known once reading has begun; undefined for what is no capture. */
  get format(): 'pcap' | 'pcapng' | undefined {
    return this.#format;
  }

  get compression(): 'gzip' | undefined {
    return this.#compression;
  }

  async read(
    filter: PacketFilter,
    handler: JournalHandler,
    pause: () => Promise<void> | undefined,
    signal?: AbortSignal,
  ): Promise<void> {
    if (signal?.aborted) return;
    this.#signal = signal;
    let window: InputWindow | undefined;
    const close = () => void window?.close();
    signal?.addEventListener('abort', close, { once: true });
    try {
      const outer = await this.#open();
      window = outer;
      if (outer === undefined) return;
      window = (await this.#decompressed(outer)) ?? outer;
      const reader = await this.#readerFor(window);
      if (reader === undefined || signal?.aborted) return;
      try {
        const scan = (from: InputWindow) => reader.scan(from, filter, handler);
        while (await this.#inPieces(window, scan, pause)) {
          this.#onProgress?.(outer.origin + outer.end, outer.size);
          if (signal?.aborted) return;
          if (await this.#more(window)) continue;
          if (!signal?.aborted) reader.end(window, filter, handler, this.#broken);
          return;
        }
      } finally {
        reader.settle();
      }
    } finally {
      signal?.removeEventListener('abort', close);
      await window?.close();
      window?.release();
      this.#findings.close();
    }
  }

  async #open(): Promise<InputWindow | undefined> {
    try {
      return await this.#input.open();
    } catch (error) {
      this.#failed(error, 0);
      return undefined;
    }
  }

  /** Shows a reader the window in pieces, as if no more had been read so far. */
  async #inPieces(
    window: InputWindow,
    scan: (window: InputWindow) => boolean,
    pause: () => Promise<void> | undefined,
  ): Promise<boolean> {
    const { end } = window;
    let length = PIECE_BYTES;
    for (;;) {
      const { start } = window;
      const isLast = start + length >= end;
      if (!isLast) window.end = start + length;
      const goesOn = scan(window);
      window.end = end;
      if (!goesOn) return false;
      const wait = pause();
      if (wait !== undefined) await wait;
      if (isLast || this.#signal?.aborted) return true;
      // A record may be longer than a piece.
      length = window.start > start ? PIECE_BYTES : length * 2;
    }
  }

  /** Errors of the input become problems here, so that those of the handler and of the output do not. */
  async #more(window: InputWindow): Promise<boolean> {
    try {
      const more = await window.more();
      if (this.#signal?.aborted) this.#broken = true;
      return more;
    } catch (error) {
      if (this.#signal?.aborted) this.#broken = true;
      else this.#failed(error, window.origin + window.end);
      return false;
    }
  }

  /** A window that decompresses the given one; undefined where it is not compressed. */
  async #decompressed(window: InputWindow): Promise<InputWindow | undefined> {
    const { kind } = await this.#head(window);
    if (kind !== 'gzip') return undefined;
    this.#compression = kind;
    const create = await gunzip();
    return new DecompressedWindow(window, create, this.#input.reopens ? () => this.#input.open() : undefined);
  }

  async #readerFor(window: InputWindow): Promise<RecordReader | undefined> {
    const format = await this.#head(window);
    switch (format.kind) {
      case 'pcap':
        this.#format = 'pcap';
        return new PcapReader(this.#findings);
      case 'pcapng':
        this.#format = 'pcapng';
        return new PcapngReader(this.#findings);
      case 'other':
        this.#not(format.name, format.remedy);
        return undefined;
      case 'gzip':
        this.#not('gzip-compressed data in gzip-compressed data', REMEDY_TWICE);
        return undefined;
      default:
        if (this.#broken) return undefined;
        if (window.end === window.start) this.#empty();
        else this.#noCapture(describeHead(headOf(window)));
        return undefined;
    }
  }

  /** Reads until the format can be told. What failed once is not tried, and told, again. */
  async #head(window: InputWindow): Promise<Format> {
    while (!this.#broken && window.end - window.start < MAGIC_BYTES && (await this.#more(window)));
    return recognise(headOf(window));
  }

  #noCapture(found: string): void {
    this.#not(found, remedyOf(found));
  }

  #not(found: string, remedy: string): void {
    this.#findings.problem(
      'capture.format',
      `expected the magic number of pcap or pcapng, found ${found}, at offset 0`,
      remedy,
    );
  }

  #empty(): void {
    this.#findings.problem(
      'capture.empty',
      'expected a pcap or pcapng capture, found an empty file',
      REMEDY_NO_CAPTURE,
    );
  }

  #failed(error: unknown, offset: number): void {
    if (!isSystemError(error)) throw error;
    this.#broken = true;
    if (this.#compression !== undefined && /^Z/.test(error.code)) {
      this.#findings.problem(
        'capture.compression',
        `expected intact gzip data, found "${error.message}", after ${offset} decompressed bytes`,
        'What stands before it was read. Get the file again from where it was captured.',
      );
      return;
    }
    this.#findings.problem(
      'capture.read_failed',
      `reading failed at offset ${offset}: ${error.message}`,
      'Check the disk or the connection that the file is on, and read it again.',
    );
  }
}

function headOf(window: InputWindow): Buffer {
  return window.bytes.subarray(window.start, Math.min(window.end, window.start + MAGIC_BYTES));
}

/** Errors of the system and of zlib have a code and a number; a fault of our own has not, and is not hidden. */
function isSystemError(error: unknown): error is Error & { code: string } {
  return (
    error instanceof Error && 'errno' in error && typeof (error as NodeJS.ErrnoException).code === 'string'
  );
}
