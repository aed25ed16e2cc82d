const COMPACT_AT = 1024;

/** Lines, and their bytes with the line ends. */
export interface LineCount {
  lines: number;
  bytes: number;
}

/** Lines that wait for the disk, at most so many bytes; to count what it turns away is the caller's part. */
export class LineQueue {
  readonly #maxBytes: number;
  #lines: Buffer[] = [];
  #head = 0;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get waiting(): LineCount {
    return { lines: this.#lines.length - this.#head, bytes: this.#bytes };
  }

  get isEmpty(): boolean {
    return this.#head === this.#lines.length;
  }

  get first(): Buffer | undefined {
    return this.#lines[this.#head];
  }

  /** False if there is no room. The older lines stay: what is then missing is one stretch, not holes. */
  push(line: Buffer): boolean {
    if (this.#bytes + line.length > this.#maxBytes) return false;
    this.#lines.push(line);
    this.#bytes += line.length;
    return true;
  }

  /** The first line, and those after it that fit into `room` bytes together with it. They stay in the queue. */
  peek(room: number): Buffer[] {
    let end = this.#head;
    for (let left = room; end < this.#lines.length; end++) {
      left -= this.#lines[end]?.length ?? 0;
      if (left < 0 && end > this.#head) break;
    }
    return this.#lines.slice(this.#head, end);
  }

  /** Takes out the whole lines among the first `bytes` bytes; returns how far these reach into the next line. */
  advance(bytes: number): number {
    let left = bytes;
    for (let line = this.first; line !== undefined && line.length <= left; line = this.first) {
      left -= line.length;
      this.#bytes -= line.length;
      this.#head++;
    }
    if (this.#head >= COMPACT_AT && this.#head * 2 >= this.#lines.length) {
      this.#lines = this.#lines.slice(this.#head);
      this.#head = 0;
    }
    return left;
  }

  clear(): LineCount {
    const dropped = this.waiting;
    this.#lines = [];
    this.#head = 0;
    this.#bytes = 0;
    return dropped;
  }
}
