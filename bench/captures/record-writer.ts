import { writeSync } from 'node:fs';

export type CaptureFormat = 'pcap' | 'pcapng';

const BUFFER_SIZE = 8 << 20;
const PCAP_RECORD_HEADER = 16;
const EPB_HEADER = 28;
const NS_PER_SECOND = 1_000_000_000;

/** Writes records of an Ethernet capture into one large buffer: a system call for 8 MiB, not for a packet. */
export class RecordWriter {
  /** Bytes written so far, the file's header included. */
  written = 0;
  readonly #fd: number;
  readonly #format: CaptureFormat;
  readonly #buffer = Buffer.allocUnsafe(BUFFER_SIZE);
  readonly #view: DataView;
  #at = 0;

  constructor(fd: number, format: CaptureFormat) {
    this.#fd = fd;
    this.#format = format;
    this.#view = new DataView(this.#buffer.buffer, this.#buffer.byteOffset, BUFFER_SIZE);
    this.#header(format === 'pcap' ? PCAP_HEADER : PCAPNG_HEADER);
  }

  /** Times are seconds since the epoch and nanoseconds below. */
  record(frame: Uint8Array, seconds: number, nanoseconds: number): void {
    if (this.#at + frame.length + 64 > BUFFER_SIZE) this.flush();
    if (this.#format === 'pcap') this.#pcapRecord(frame, seconds, nanoseconds);
    else this.#enhancedPacket(frame, seconds, nanoseconds);
  }

  flush(): void {
    for (let from = 0; from < this.#at; ) from += this.#write(from);
    this.#at = 0;
  }

  /** A pipe that is full for now answers EAGAIN where somebody made it non-blocking. */
  #write(from: number): number {
    try {
      return writeSync(this.#fd, this.#buffer, from, this.#at - from);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(PAUSE, 0, 0, 1);
      return 0;
    }
  }

  #pcapRecord(frame: Uint8Array, seconds: number, nanoseconds: number): void {
    const { length } = frame;
    const at = this.#at;
    this.#view.setUint32(at, seconds, true);
    this.#view.setUint32(at + 4, nanoseconds, true);
    this.#view.setUint32(at + 8, length, true);
    this.#view.setUint32(at + 12, length, true);
    this.#buffer.set(frame, at + PCAP_RECORD_HEADER);
    this.#advance(PCAP_RECORD_HEADER + length);
  }

  #enhancedPacket(frame: Uint8Array, seconds: number, nanoseconds: number): void {
    const { length } = frame;
    const padded = (length + 3) & ~3;
    const total = EPB_HEADER + padded + 4;
    const at = this.#at;
    // 64 bits of nanoseconds, upper word first; exact in parts, as seconds * 1e9 is beyond 2^53.
    const low = (seconds % 4_194_304) * NS_PER_SECOND + nanoseconds;
    const upper = BigInt(seconds - (seconds % 4_194_304)) * BigInt(NS_PER_SECOND) + BigInt(low);
    this.#view.setUint32(at, 6, true);
    this.#view.setUint32(at + 4, total, true);
    this.#view.setUint32(at + 8, 0, true);
    this.#view.setUint32(at + 12, Number(upper >> 32n), true);
    this.#view.setUint32(at + 16, Number(upper & 0xffffffffn), true);
    this.#view.setUint32(at + 20, length, true);
    this.#view.setUint32(at + 24, length, true);
    this.#buffer.set(frame, at + EPB_HEADER);
    this.#buffer.fill(0, at + EPB_HEADER + length, at + EPB_HEADER + padded);
    this.#view.setUint32(at + EPB_HEADER + padded, total, true);
    this.#advance(total);
  }

  #header(bytes: Uint8Array): void {
    this.#buffer.set(bytes, this.#at);
    this.#advance(bytes.length);
  }

  #advance(bytes: number): void {
    this.#at += bytes;
    this.written += bytes;
  }
}

const PAUSE = new Int32Array(new SharedArrayBuffer(4));

const PCAP_HEADER = words(0xa1b23c4d, 0x00040002, 0, 0, 262_144, 1);

/** Section header, and an Ethernet interface with nanoseconds (if_tsresol 9). */
const PCAPNG_HEADER = Buffer.concat([
  words(0x0a0d0d0a, 28, 0x1a2b3c4d, 1, 0xffffffff, 0xffffffff, 28),
  words(1, 32, 1, 262_144, 0x00010009, 9, 0, 32),
]);

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => {
    bytes.writeUInt32LE(value, i * 4);
  });
  return bytes;
}
