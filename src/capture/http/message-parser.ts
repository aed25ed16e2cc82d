import type { MemoryBudget } from '../tcp/memory-budget.ts';
import type { GapReason, Stamp, StreamConsumer } from '../tcp/stream.ts';
import { chunkSize } from './chunk-size.ts';
import { mayMatter } from './fields.ts';
import { LineRest } from './line-rest.ts';
import { type LostReason, MessageEvents } from './message-events.ts';
import type { MessageObserver } from './message-observer.ts';
import {
  BODY,
  CHUNK_END,
  CHUNK_SIZE,
  HEADER,
  LINE_KINDS,
  LOST,
  OPAQUE,
  SKIP_LINE,
  START,
  START_LINE,
  TRAILER,
  UNTIL_CLOSE,
} from './message-state.ts';

const LF = 10;
const CR = 13;
const SPACE = 32;
const TAB = 9;
const COLON = 58;

/** A longer line is read up to here, and skipped from here on; servers' own limits are 8 KiB. */
const MAX_LINE = 64 * 1024;

/**
 * What requests and responses share (RFC 9112): lines, header fields, framing of the body. It reads
 * where the bytes are, and copies only a line that is not yet whole. Bodies are counted, not kept.
 */
export abstract class MessageParser extends MessageEvents implements StreamConsumer {
  #state = START;
  /** State to go on with after SKIP_LINE. */
  #afterSkip = HEADER;
  /** Body or chunk bytes still to come. */
  #remaining = 0;
  /** The beginning of a line whose end has not come; most lines come whole. */
  #rest: LineRest | undefined;
  readonly #budget: MemoryBudget;
  /** The body was announced with Expect, and a final status came instead of 100 (RFC 9110 §10.1.1). */
  bodyDeclined = false;
  #chunked = false;
  #foldable = false;
  #midStream = false;
  #probed = false;
  /** Offset behind what was handed over. */
  #offset = 0;
  readonly #observer: MessageObserver | undefined;

  constructor(budget: MemoryBudget, observer: MessageObserver | undefined) {
    super();
    this.#budget = budget;
    this.#observer = observer;
  }

  get lost(): boolean {
    return this.#state === LOST;
  }

  data(bytes: Buffer, start: number, end: number, offset: number, stamp: Stamp): void {
    this.stamp = stamp;
    this.#offset = offset + end - start;
    if (this.#rest === undefined) this.#parse(bytes, start, start, end, offset - start);
    else this.#continue(this.#rest, bytes, start, end, offset);
    this.#observer?.readTo(this.#offset - (this.#rest?.length ?? 0));
  }

  /** bytes[start, end) follow what is kept of a line. */
  #continue(rest: LineRest, bytes: Buffer, start: number, end: number, offset: number): void {
    const scanned = rest.length;
    if (!rest.append(bytes, start, end)) {
      this.#dropRest();
      this.#evict(offset);
      return;
    }
    const { length } = rest;
    // What is still no whole line stays where it is: see #keepRest.
    rest.length = 0;
    this.#parse(rest.bytes, 0, scanned, length, offset - scanned);
    if (rest.length === 0) this.#dropRest();
  }

  gap(length: number, offset: number, reason: GapReason, stamp: Stamp): void {
    this.stamp = stamp;
    this.#tellStart();
    this.#dropRest();
    this.#offset = offset + length;
    this.#observer?.readTo(this.#offset);
    if (this.#state === BODY && this.#remaining >= length) {
      this.#remaining -= length;
      if (this.#remaining === 0) this.#endBody(offset + length);
      return;
    }
    if (this.#state === UNTIL_CLOSE || this.#state === OPAQUE || this.#state === LOST) return;
    this.#lose(offset, reason);
  }

  becomeOpaque(): void {
    this.#dropRest();
    this.#observer?.readTo(this.#offset);
    this.#state = OPAQUE;
  }

  /** The first bytes may be the middle of a message. */
  startMidStream(): void {
    this.#state = LOST;
    this.#midStream = true;
  }

  /** Nothing more comes. */
  finish(): void {
    this.#tellStart();
    this.#dropRest();
    this.#observer?.readTo(this.#offset);
  }

  /** The observer does not wait any longer for the end of a line: it is shown what is there. */
  showBeginning(): void {
    const kind = LINE_KINDS[this.#state];
    if (this.#rest === undefined || kind === undefined) return;
    const { bytes, length } = this.#rest;
    this.#observer?.beginning(kind, bytes, length, this.#offset - length);
    this.#observer?.readTo(this.#offset);
  }

  /** The start line will not become whole. */
  #tellStart(): void {
    if (this.#state !== START_LINE || this.#rest === undefined) return;
    const { bytes, length } = this.#rest;
    this.onCutStartLine(bytes, length);
    this.#observer?.beginning('start', bytes, length, this.#offset - length);
  }

  /**
   * Reads bytes[from, end), of which no line end is in [from, scanFrom). An index plus `shift` is the
   * byte's offset in the stream.
   */
  #parse(bytes: Buffer, from: number, scanFrom: number, end: number, shift: number): void {
    let at = from;
    const scan = scanFrom;
    let atSegmentStart = true;
    while (at < end) {
      switch (this.#state) {
        case START: {
          const byte = bytes[at];
          if (byte === CR || byte === LF) {
            this.#observer?.blank(bytes, at, at + shift);
            at++;
            break;
          }
          this.#state = START_LINE;
          this.#foldable = false;
          this.onBegin(at + shift);
          break;
        }
        case BODY: {
          if (atSegmentStart && this.bodyDeclined && this.looksLikeStart(bytes, at, end)) {
            this.#observer?.resumes(bytes, at, end, at + shift);
            this.#endMessage(at + shift);
            break;
          }
          const length = Math.min(this.#remaining, end - at);
          at += length;
          this.#remaining -= length;
          if (this.#remaining === 0) this.#endBody(at + shift);
          break;
        }
        case OPAQUE:
        case UNTIL_CLOSE:
          return;
        case LOST:
          if (atSegmentStart && this.looksLikeStart(bytes, at, end)) {
            this.#observer?.resumes(bytes, at, end, at + shift);
            this.#midStream = false;
            this.#state = START;
            break;
          }
          if (this.#midStream) {
            // A keep-alive probe sends one garbage byte before the next (RFC 9293 §3.8.4).
            if (end - from === 1 && !this.#probed) {
              this.#probed = true;
              return;
            }
            this.#midStream = false;
            this.onLost(at + shift, 'capture began in mid-stream');
          }
          this.onUnread(end - at);
          return;
        default: {
          let lf = Math.max(scan, at);
          while (lf < end && bytes[lf] !== LF) lf++;
          if (lf === end) {
            this.#keepRest(bytes, at, end, shift);
            return;
          }
          const lineEnd = lf > at && bytes[lf - 1] === CR ? lf - 1 : lf;
          if (this.#observer === undefined) this.#line(bytes, at, lineEnd, lf + 1 + shift, true);
          else this.#observedLine(this.#observer, bytes, at, lineEnd, lf + 1, shift, true);
          at = lf + 1;
        }
      }
      atSegmentStart = false;
    }
  }

  #observedLine(
    observer: MessageObserver,
    bytes: Buffer,
    start: number,
    end: number,
    next: number,
    shift: number,
    isWhole: boolean,
  ): void {
    const kind = LINE_KINDS[this.#state];
    this.#line(bytes, start, end, next + shift, isWhole);
    if (kind !== undefined) observer.line(kind, this.#state !== LOST, bytes, start, end, next, start + shift);
  }

  /** A line without its line end, or the beginning of one; `next` is the offset behind it. */
  #line(bytes: Buffer, start: number, end: number, next: number, isWhole: boolean): void {
    switch (this.#state) {
      case START_LINE:
        switch (this.onStartLine(bytes, start, end)) {
          case 'headers follow':
            this.#state = HEADER;
            return;
          case 'whole message':
            this.#endMessage(next);
            return;
          case 'none':
            this.#lose(next, 'not HTTP/1');
        }
        return;
      case HEADER:
        if (start === end) this.#endHead(next);
        else if (bytes[start] === SPACE || bytes[start] === TAB) {
          if (this.#foldable) this.onFold(bytes, start, end);
        } else this.#field(bytes, start, end);
        return;
      case CHUNK_SIZE: {
        const size = chunkSize(bytes, start, end, isWhole);
        if (size < 0) this.#lose(next, 'not HTTP/1');
        else if (size === 0) this.#state = TRAILER;
        else {
          this.#remaining = size;
          this.#state = BODY;
        }
        return;
      }
      case CHUNK_END:
        if (start === end) this.#state = CHUNK_SIZE;
        else this.#lose(next, 'not HTTP/1');
        return;
      case TRAILER:
        if (start === end) this.#endMessage(next);
        return;
      case SKIP_LINE:
        this.#state = this.#afterSkip;
        return;
    }
  }

  #field(bytes: Buffer, start: number, end: number): void {
    this.#foldable = false;
    if (!mayMatter(bytes[start] ?? 0)) return;
    let colon = start;
    while (colon < end && bytes[colon] !== COLON) colon++;
    if (colon < end) this.#foldable = this.onHeader(bytes, start, colon, end);
  }

  #endHead(next: number): void {
    const framing = this.onHeadEnd();
    this.#chunked = framing === 'chunked';
    if (framing === 'none' || framing === 0) this.#endMessage(next);
    else if (framing === 'chunked') this.#state = CHUNK_SIZE;
    else if (framing === 'until close') this.#state = UNTIL_CLOSE;
    else if (framing === 'opaque') this.#state = OPAQUE;
    else if (framing === 'lost') this.#lose(next, 'not HTTP/1');
    else {
      this.#remaining = framing;
      this.#state = BODY;
    }
  }

  #endBody(next: number): void {
    if (this.#chunked) this.#state = CHUNK_END;
    else this.#endMessage(next);
  }

  #endMessage(next: number): void {
    this.#chunked = false;
    this.bodyDeclined = false;
    this.#state = START;
    this.onEnd(next);
  }

  #lose(offset: number, reason: LostReason): void {
    this.#chunked = false;
    this.#state = LOST;
    this.onLost(offset, reason);
  }

  #evict(offset: number): void {
    this.onEvicted();
    this.#lose(offset, 'evicted');
  }

  #keepRest(bytes: Buffer, from: number, end: number, shift: number): void {
    if (this.#state === SKIP_LINE) return;
    if (end - from >= MAX_LINE) {
      if (this.#observer === undefined) this.#line(bytes, from, end, end + shift, false);
      else this.#observedLine(this.#observer, bytes, from, end, end, shift, false);
      this.#afterSkip = this.#state;
      // BODY: the extensions of a chunk's size go on, and its data begins behind them.
      if (this.#state === HEADER || this.#state === TRAILER || this.#state === BODY) this.#state = SKIP_LINE;
      return;
    }
    if (bytes === this.#rest?.bytes) {
      this.#rest.keep(from, end);
      return;
    }
    this.#rest = new LineRest(this.#budget);
    if (this.#rest.append(bytes, from, end)) return;
    this.#rest = undefined;
    this.#evict(from + shift);
  }

  #dropRest(): void {
    this.#rest?.release();
    this.#rest = undefined;
  }
}
