/** A line of a file, where it lies among the bytes that were read; these stand only until the next are. */
export class Line {
  readonly bytes: Buffer;
  /** Where it begins, and behind its last byte, in what was read: so is every place in it counted. */
  readonly start: number;
  readonly end: number;

  constructor(bytes: Buffer, start: number, end: number) {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
  }

  static of(text: Buffer | string): Line {
    const bytes = typeof text === 'string' ? Buffer.from(text) : text;
    return new Line(bytes, 0, bytes.length);
  }

  latin1(from = this.start, to = this.end): string {
    return this.bytes.toString('latin1', from, to);
  }

  utf8(from = this.start, to = this.end): string {
    return this.bytes.toString('utf8', from, to);
  }
}
