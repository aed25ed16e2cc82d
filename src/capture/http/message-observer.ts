/** What a line is to the parser that read it. */
export type LineKind = 'start' | 'field' | 'chunk size' | 'chunk end' | 'trailer' | 'rest of a line';

/**
 * Is told where in a stream the parser found what: for those who have to know which bytes were read as a
 * message, and which were not. Offsets are the stream's. Nothing is told of bodies, nor of what is lost.
 */
export interface MessageObserver {
  /**
   * A line: its text is bytes[start, end), its line end bytes[end, next), `offset` that of its first byte.
   * Not `understood` means that the message is lost with it.
   */
  line(
    kind: LineKind,
    understood: boolean,
    bytes: Buffer,
    start: number,
    end: number,
    next: number,
    offset: number,
  ): void;
  /**
   * bytes[0, length) is the beginning of a line whose end has not come. The observer may overwrite it: what it
   * cannot hold back must be read as it let it go.
   */
  beginning(kind: LineKind, bytes: Buffer, length: number, offset: number): void;
  /** A line end between two messages. */
  blank(bytes: Buffer, at: number, offset: number): void;
  /** bytes[start, end) of one segment begin like a message, where none was expected. */
  resumes(bytes: Buffer, start: number, end: number, offset: number): void;
  /** What is before `offset` was read, skipped, or given up. */
  readTo(offset: number): void;
}
