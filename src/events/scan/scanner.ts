import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Bytes of a chunk, of which there are two, and of the longest line that is copied: as in scan.c. */
export const CHUNK_BYTES = 512 * 1024;
export const CHUNKS = 2;
const MAX_COPIED = 64 * 1024;
const MAX_PIDS = 32;

/** Parts of lines that recur; what is read of one is known by its number. */
export const PART = {
  opening: 0,
  meta: 1,
  imds: 2,
  imdsBeforeAncestors: 3,
  request: 4,
  client: 5,
  tail: 6,
  command: 7,
  chain: 8,
  origin: 9,
  ancestors: 10,
} as const;

/** The first results are the numbers of the parts' values. Places are addresses, 0 for what is not there. */
export const RESULT = {
  id: 11,
  hasDuration: 12,
  ancestors: 13,
  ancestorsEnd: 14,
  hasClient: 15,
  port: 16,
  tailBegin: 17,
  end: 18,
  hasEntityId: 19,
  entityId: 20,
  pid: 21,
  isCommand: 22,
  pids: 23,
  firstPid: 24,
} as const;

/** Nanoseconds since 1970. */
export const TIME = { request: 0, response: 1, start: 2 } as const;

/** What scan.c exports. */
interface Exports {
  memory: { buffer: ArrayBuffer };
  /** Of a line, whether it is laid out as ours are, as far as can be seen without reading its JSON. */
  scan(begin: number, end: number): number;
  find(part: number, from: number, to: number): number;
  keep(part: number): number;
  pieces(part: number): number;
  bounds(part: number): number;
  results(): number;
  times(): number;
  chunk(number: number): number;
  lineCopy(): number;
  reset(): void;
}

/** scan.c, and its memory, which never grows: an address is a place in it. */
export class Scanner {
  readonly exports: Exports;
  readonly memory: Buffer;
  readonly view: DataView;
  readonly results: Int32Array;
  readonly times: BigInt64Array;
  readonly #copy: number;
  /** Whose values are numbered. */
  #owner: object | undefined;
  /** Of what was read last: lines lie in it one behind the other. */
  #bytes: Buffer | undefined;
  #base = -1;

  constructor(exports: Exports) {
    const { buffer } = exports.memory;
    this.exports = exports;
    this.memory = Buffer.from(buffer);
    this.view = new DataView(buffer);
    this.results = new Int32Array(buffer, exports.results(), RESULT.firstPid + MAX_PIDS);
    this.times = new BigInt64Array(buffer, exports.times(), Object.keys(TIME).length);
    this.#copy = exports.lineCopy();
  }

  /** There is one scanner for all: of whoever comes, it forgets what others had it remember. */
  ownedBy(owner: object): void {
    if (owner === this.#owner) return;
    if (this.#owner !== undefined) this.exports.reset();
    this.#owner = owner;
  }

  /** Where files are read, so that lines can be scanned where they lie. @param number of a chunk */
  chunk(number: number): Buffer {
    const at = this.exports.chunk(number);
    return this.memory.subarray(at, at + CHUNK_BYTES);
  }

  /**
   * Whether a line is laid out as ours are, as far as can be seen here; its results stand until the next one. A line
   * that was read elsewhere is copied.
   */
  scan(bytes: Buffer, start: number, end: number): boolean {
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#base = bytes.buffer === this.memory.buffer ? bytes.byteOffset : -1;
    }
    const base = this.#base;
    if (base >= 0) return this.exports.scan(base + start, base + end) === 1;
    if (end - start > MAX_COPIED) return false;
    bytes.copy(this.memory, this.#copy, start, end);
    return this.exports.scan(this.#copy, this.#copy + end - start) === 1;
  }
}

/** lib.dom.d.ts has more of it, and much that is not there. */
declare const WebAssembly:
  | {
      Module: new (bytes: Uint8Array) => object;
      Instance: new (module: object) => { exports: unknown };
      CompileError: new () => Error;
    }
  | undefined;

let loaded: { scanner: Scanner | undefined } | undefined;

/**
 * There is one, which is made when it is first asked for. Undefined where there cannot be one: V8 reserves 8 GB of
 * addresses for the memory, which `ulimit -v` may refuse; it has no vectors on a processor without SSE4.1, as some
 * machines that are emulated, and nothing of it without a compiler (`node --jitless`).
 */
export function theScanner(): Scanner | undefined {
  loaded ??= { scanner: load() };
  return loaded.scanner;
}

/** Undefined, too, as long as nobody asked for it. */
export function scannerInUse(): Scanner | undefined {
  return loaded?.scanner;
}

function load(): Scanner | undefined {
  if (typeof WebAssembly === 'undefined') return undefined;
  try {
    const module = new WebAssembly.Module(read('scan.wasm'));
    return new Scanner(new WebAssembly.Instance(module).exports as Exports);
  } catch (error) {
    if (error instanceof RangeError || error instanceof WebAssembly.CompileError) return undefined;
    throw error;
  }
}

/** scripts/wasm.mjs puts its bytes in place of the reading. */
function read(name: string): Buffer {
  return readFileSync(join(import.meta.dirname, name));
}
