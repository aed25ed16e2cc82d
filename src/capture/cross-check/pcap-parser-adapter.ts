import { Transform, type TransformCallback } from 'node:stream';
import { InputError, UsageError } from '../../errors.ts';

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
/** pcap-parser waits for a whole packet, however long its header says it is. */
const MAX_LENGTH = 256 * 1024;
/** Magic numbers as they stand in the file: nanoseconds, and the microsecond one that pcap-parser knows. */
const NANOSECOND_MAGIC: Readonly<Record<string, string>> = { '4d3cb2a1': 'd4c3b2a1', a1b23c4d: 'a1b2c3d4' };
const MICROSECOND_MAGIC: readonly string[] = ['d4c3b2a1', 'a1b2c3d4'];

/**
 * Stands before pcap-parser: turns the nanosecond magic number into the one it knows, refuses
 * the lengths on which it would buffer without end, and passes on whole packets only: those that it has to put
 * together, it puts together with `new Buffer()`, of which Node warns.
 */
export class PcapParserAdapter extends Transform {
  /** Whether fractions of a second are nanoseconds. */
  nanoseconds = false;
  readonly #name: string;
  #little = false;
  /** Magic number and version, as they stand in the file. */
  #mark = Buffer.alloc(0);
  /** The header that is being collected, and what is still to come of the packet before it. */
  #header = Buffer.alloc(0);
  /** Of a packet that is not whole yet. */
  #held: Buffer[] = [];
  #wanted = FILE_HEADER;
  #data = 0;
  #offset = 0;
  #packets = 0;

  constructor(name: string) {
    super();
    this.#name = name;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      this.#inspect(chunk);
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  override _flush(done: TransformCallback): void {
    // A header that the end of the file cuts: pcap-parser shall see that, too.
    this.push(Buffer.concat([...this.#held, this.#header]));
    done();
  }

  /** Headers and packets are passed on once they are whole. */
  #inspect(chunk: Buffer): void {
    const out: Buffer[] = [];
    let at = 0;
    while (at < chunk.length) {
      if (this.#data > 0) {
        const part = chunk.subarray(at, at + this.#data);
        // Copied: the rest of the chunk is not to be kept for it.
        this.#held.push(part.length < this.#data ? Buffer.from(part) : part);
        this.#data -= part.length;
        at += part.length;
        if (this.#data === 0) out.push(...this.#held.splice(0));
        continue;
      }
      const part = chunk.subarray(at, at + this.#wanted - this.#header.length);
      this.#header = Buffer.concat([this.#header, part]);
      at += part.length;
      if (this.#header.length < this.#wanted) break;
      this.#held.push(this.#wanted === FILE_HEADER ? this.#fileHeader() : this.#recordHeader());
      if (this.#data === 0) out.push(...this.#held.splice(0));
      this.#header = Buffer.alloc(0);
      this.#wanted = RECORD_HEADER;
    }
    if (out.length > 0) this.push(Buffer.concat(out));
  }

  #fileHeader(): Buffer {
    const magic = this.#header.toString('hex', 0, 4);
    const known = NANOSECOND_MAGIC[magic] ?? magic;
    if (!MICROSECOND_MAGIC.includes(known)) {
      throw new UsageError(
        `${this.#name}: --cross-check reads classic pcap only, and this begins with ${magic}`,
        {
          code: 'cross-check.format',
          remedy: 'Convert it first: editcap -F pcap FILE out.pcap.',
        },
      );
    }
    this.nanoseconds = known !== magic;
    this.#little = known === 'd4c3b2a1';
    this.#mark = Buffer.from(this.#header.subarray(0, 8));
    this.#offset = FILE_HEADER;
    return Buffer.concat([Buffer.from(known, 'hex'), this.#header.subarray(4)]);
  }

  #recordHeader(): Buffer {
    const length = this.#little ? this.#header.readUInt32LE(8) : this.#header.readUInt32BE(8);
    this.#packets++;
    if (length > MAX_LENGTH) {
      throw this.#damaged(`a captured length of at most ${MAX_LENGTH}`, String(length));
    }
    // pcap-parser would take it for a packet, and not find the next one.
    if (length === 0 && this.#header.subarray(0, 8).equals(this.#mark)) {
      throw this.#damaged(
        'a packet',
        'the header of another file',
        'Check the files before they are joined.',
      );
    }
    // pcap-parser would take it for a packet of 1970.
    if (this.#header.every((byte) => byte === 0)) throw this.#damaged('a packet', 'zero bytes');
    this.#data = length;
    this.#offset += RECORD_HEADER + length;
    return this.#header;
  }

  #damaged(
    expected: string,
    found: string,
    remedy = 'Get the file again from where it was captured.',
  ): InputError {
    return new InputError(
      `${this.#name}: expected ${expected}, found ${found}, at offset ${this.#offset}, packet ${this.#packets}; it cannot be cross-checked from there on`,
      { code: 'cross-check.damaged', remedy },
    );
  }
}
