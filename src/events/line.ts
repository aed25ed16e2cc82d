/** A line of a file, where it lies among the bytes that were read; these stand only until the next are. */
export class Line {
  readonly bytes: Buffer;
  readonly view: DataView;
  readonly start: number;
  readonly end: number;
  #latin1: string | undefined;

  /** @param view of the same bytes: one is made for many lines */
  constructor(bytes: Buffer, view: DataView, start: number, end: number) {
    this.bytes = bytes;
    this.view = view;
    this.start = start;
    this.end = end;
  }

  static of(text: Buffer | string): Line {
    const bytes = typeof text === 'string' ? Buffer.from(text) : text;
    return new Line(bytes, viewOf(bytes), 0, bytes.length);
  }

  /** A character for each byte: what is found at an index of it is at that byte. */
  get latin1(): string {
    this.#latin1 ??= this.bytes.toString('latin1', this.start, this.end);
    return this.#latin1;
  }

  /** @param from,to bytes of the line, the whole of it without them */
  utf8(from = 0, to = this.end - this.start): string {
    return this.bytes.toString('utf8', this.start + from, this.start + to);
  }
}

export function viewOf({ buffer, byteOffset, length }: Buffer): DataView {
  return new DataView(buffer, byteOffset, length);
}
