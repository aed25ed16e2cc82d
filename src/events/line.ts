/** A line of a file, where it lies among the bytes that were read; these stand only until the next are. */
export class Line {
  readonly bytes: Buffer;
  readonly view: DataView;
  /** Where it begins, and behind its last byte, in what was read: so is every place in it counted. */
  readonly start: number;
  readonly end: number;

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

  latin1(from = this.start, to = this.end): string {
    return this.bytes.toString('latin1', from, to);
  }

  utf8(from = this.start, to = this.end): string {
    return this.bytes.toString('utf8', from, to);
  }
}

export function viewOf({ buffer, byteOffset, length }: Buffer): DataView {
  return new DataView(buffer, byteOffset, length);
}
