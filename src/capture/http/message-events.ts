import type { GapReason, Stamp } from '../tcp/stream.ts';

export type LostReason = GapReason | 'not HTTP/1' | 'capture began in mid-stream';

/** `whole message` is an HTTP/0.9 request, which has no header. */
export type StartLine = 'headers follow' | 'whole message' | 'none';

export type Framing = 'none' | 'chunked' | 'until close' | 'opaque' | 'lost' | number;

/** What a parser tells of the messages in its direction, and asks about them: requests and responses differ in it. */
export abstract class MessageEvents {
  /** Of the segment that is being read. */
  protected stamp: Stamp = { seconds: 0, nanoseconds: 0, packetNumber: 0, peerOffset: -1, ttl: 0 };

  /** The first byte of a message is there. */
  protected abstract onBegin(offset: number): void;
  /** bytes[start, end) is the start line without its line end. */
  protected abstract onStartLine(bytes: Buffer, start: number, end: number): StartLine;
  /** bytes[0, end) is the beginning of a start line of which no more will come. */
  protected onCutStartLine(_bytes: Buffer, _end: number): void {}
  /**
   * A header field: name in bytes[start, colon), value after it up to `end`, untrimmed. Only those whose
   * name may be one of {@link FieldName}.
   * @returns whether its value is of interest, and so what is folded into it
   */
  protected abstract onHeader(bytes: Buffer, start: number, colon: number, end: number): boolean;
  /** An obsolete line folding (RFC 9112 §5.2) continues the previous field's value. */
  protected abstract onFold(bytes: Buffer, start: number, end: number): void;
  protected abstract onHeadEnd(): Framing;
  /** The message's last byte is before `offset`. */
  protected abstract onEnd(offset: number): void;
  /** Bytes from `offset` on cannot be read. */
  protected abstract onLost(offset: number, reason: LostReason): void;
  /** Whether a segment begins like a message: where reading may go on after a loss. */
  protected abstract looksLikeStart(bytes: Buffer, start: number, end: number): boolean;
  protected abstract onUnread(length: number): void;
  /** No memory was left for the beginning of a line. */
  protected abstract onEvicted(): void;
}
