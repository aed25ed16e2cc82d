import { contentLength, endsWithChunked, FieldName, fieldValue, isField } from './fields.ts';

/** Collects the fields that frame a body: Content-Length and Transfer-Encoding (RFC 9112 §6). */
export class BodyLength {
  /** -1 not given, -2 invalid. */
  #length = -1;
  #coding: string | undefined;
  #last: 'length' | 'coding' | undefined;

  reset(): void {
    this.#length = -1;
    this.#coding = undefined;
    this.#last = undefined;
  }

  /** True when the field was one of the two. */
  field(bytes: Buffer, start: number, colon: number, end: number): boolean {
    this.#last = undefined;
    if (isField(bytes, start, colon, FieldName.contentLength)) {
      const length = contentLength(bytes, colon + 1, end);
      this.#length = length < 0 || (this.#length !== -1 && this.#length !== length) ? -2 : length;
      this.#last = 'length';
      return true;
    }
    if (!isField(bytes, start, colon, FieldName.transferEncoding)) return false;
    const coding = fieldValue(bytes, colon + 1, end);
    this.#coding = this.#coding === undefined ? coding : `${this.#coding},${coding}`;
    this.#last = 'coding';
    return true;
  }

  fold(bytes: Buffer, start: number, end: number): void {
    if (this.#last === 'length') this.#length = -2;
    else if (this.#last === 'coding') this.#coding = `${this.#coding} ${fieldValue(bytes, start, end)}`;
  }

  /** Transfer-Encoding overrides Content-Length (RFC 9112 §6.3, 3). */
  framing(): 'chunked' | 'other coding' | 'invalid' | 'none' | number {
    if (this.#coding !== undefined) return endsWithChunked(this.#coding) ? 'chunked' : 'other coding';
    if (this.#length === -2) return 'invalid';
    return this.#length === -1 ? 'none' : this.#length;
  }
}
