import type { MemoryBudget } from '../tcp/memory-budget.ts';
import type { Stamp } from '../tcp/stream.ts';
import { BodyLength } from './body-length.ts';
import { decimal, FieldName, fieldValue, isField, MAX_VALUE } from './fields.ts';
import type { Framing, LostReason, StartLine } from './message-events.ts';
import type { MessageObserver } from './message-observer.ts';
import { MessageParser } from './message-parser.ts';
import { isRequestLine, parseCutRequestLine, parseRequestLine } from './request-line.ts';
import type { Texts } from './texts.ts';

/** A request as far as it was read. */
export interface Request {
  /** Stream offset of its first byte. */
  offset: number;
  /** Offset behind its last byte; -1 while that has not come. */
  end: number;
  seconds: number;
  nanoseconds: number;
  packetNumber: number;
  endSeconds: number;
  endNanoseconds: number;
  method: string;
  target: string;
  httpVersion: string;
  /** The header was read to its end. */
  headComplete: boolean;
  /** Why it was not. */
  lost: LostReason | undefined;
  token: boolean;
  tokenTtl: boolean;
  /** Seconds; -1 where there are none, or no number. */
  tokenTtlSeconds: number;
  userAgent: string | undefined;
  forwardedFor: string | undefined;
  expectsContinue: boolean;
  /** Taken from the budget of requests that wait. */
  heldBytes: number;
}

export interface RequestHandler {
  requestBegins(request: Request): void;
  /** The head was read, or what is left of it is lost. */
  requestHead(request: Request): void;
  unreadRequestBytes(length: number): void;
  lineEvicted(): void;
}

/** The client's direction. */
export class RequestParser extends MessageParser {
  readonly #handler: RequestHandler;
  readonly #texts: Texts;
  readonly #body = new BodyLength();
  #current: Request | undefined;
  #folding: 'userAgent' | 'forwardedFor' | undefined;

  constructor(handler: RequestHandler, budget: MemoryBudget, texts: Texts, observer?: MessageObserver) {
    super(budget, observer);
    this.#texts = texts;
    this.#handler = handler;
  }

  protected override onBegin(offset: number): void {
    const request = newRequest(offset, this.stamp);
    this.#current = request;
    this.#body.reset();
    this.#handler.requestBegins(request);
  }

  protected override onStartLine(bytes: Buffer, start: number, end: number): StartLine {
    const request = this.#current;
    const line = parseRequestLine(bytes, start, end, this.#texts);
    if (line === undefined || request === undefined) return 'none';
    request.method = line.method;
    request.target = line.target;
    request.httpVersion = line.httpVersion;
    if (line.httpVersion !== '0.9') return 'headers follow';
    request.headComplete = true;
    this.#handler.requestHead(request);
    return 'whole message';
  }

  protected override onCutStartLine(bytes: Buffer, end: number): void {
    const { method, target } = parseCutRequestLine(bytes, end);
    if (this.#current === undefined) return;
    this.#current.method = method;
    this.#current.target = target;
  }

  protected override onHeader(bytes: Buffer, start: number, colon: number, end: number): boolean {
    const request = this.#current;
    if (request === undefined) return false;
    this.#folding = undefined;
    // The lengths tell the names apart; most fields are none of these.
    switch (colon - start) {
      case 24:
        if (isField(bytes, start, colon, FieldName.token)) request.token = true;
        return false;
      case 36:
        if (isField(bytes, start, colon, FieldName.tokenTtl)) {
          request.tokenTtl = true;
          request.tokenTtlSeconds = decimal(bytes, colon + 1, end);
        }
        return false;
      case 10:
        if (!isField(bytes, start, colon, FieldName.userAgent)) return false;
        request.userAgent = fieldValue(bytes, colon + 1, end, this.#texts);
        this.#folding = 'userAgent';
        return true;
      case 15: {
        if (!isField(bytes, start, colon, FieldName.forwardedFor)) return false;
        const value = fieldValue(bytes, colon + 1, end);
        const before = request.forwardedFor;
        request.forwardedFor = before === undefined ? value : `${before}, ${value}`.slice(0, MAX_VALUE);
        this.#folding = 'forwardedFor';
        return true;
      }
      case 6:
        if (isField(bytes, start, colon, FieldName.expect)) {
          request.expectsContinue = /^100-continue$/i.test(fieldValue(bytes, colon + 1, end));
        }
        return false;
      case 14:
      case 17:
        return this.#body.field(bytes, start, colon, end);
      default:
        return false;
    }
  }

  protected override onFold(bytes: Buffer, start: number, end: number): void {
    const request = this.#current;
    if (this.#folding === undefined || request === undefined) this.#body.fold(bytes, start, end);
    else {
      const more = fieldValue(bytes, start, end);
      request[this.#folding] = `${request[this.#folding]} ${more}`.slice(0, MAX_VALUE);
    }
  }

  protected override onHeadEnd(): Framing {
    const request = this.#current;
    if (request === undefined) return 'lost';
    request.headComplete = true;
    this.#handler.requestHead(request);
    const framing = this.#body.framing();
    // RFC 9112 §6.3: a request framed by anything else is refused by the server, 400.
    return framing === 'other coding' || framing === 'invalid' ? 'lost' : framing;
  }

  protected override onEnd(offset: number): void {
    this.#end(offset);
    this.#current = undefined;
  }

  protected override onLost(offset: number, reason: LostReason): void {
    let request = this.#current;
    if (request?.headComplete) {
      // Only its body is damaged; what follows is a loss of its own, if there is any.
      this.#end(offset);
      this.#current = undefined;
      return;
    }
    if (request === undefined) {
      request = newRequest(offset, this.stamp);
      this.#current = request;
      this.#handler.requestBegins(request);
    }
    request.lost = reason;
    this.#handler.requestHead(request);
  }

  protected override onUnread(length: number): void {
    this.#handler.unreadRequestBytes(length);
  }

  protected override onEvicted(): void {
    this.#handler.lineEvicted();
  }

  protected override looksLikeStart(bytes: Buffer, start: number, end: number): boolean {
    return isRequestLine(bytes, start, end);
  }

  #end(offset: number): void {
    const request = this.#current;
    if (request === undefined) return;
    request.end = offset;
    // The first segment may have been captured after the last: it is complete when all were.
    const { seconds, nanoseconds } = isBefore(this.stamp, request) ? request : this.stamp;
    request.endSeconds = seconds;
    request.endNanoseconds = nanoseconds;
  }
}

interface Time {
  seconds: number;
  nanoseconds: number;
}

function isBefore(a: Time, b: Time): boolean {
  return a.seconds < b.seconds || (a.seconds === b.seconds && a.nanoseconds < b.nanoseconds);
}

function newRequest(offset: number, stamp: Stamp): Request {
  return {
    offset,
    end: -1,
    seconds: stamp.seconds,
    nanoseconds: stamp.nanoseconds,
    packetNumber: stamp.packetNumber,
    endSeconds: 0,
    endNanoseconds: 0,
    method: '',
    target: '',
    httpVersion: '',
    headComplete: false,
    lost: undefined,
    token: false,
    tokenTtl: false,
    tokenTtlSeconds: -1,
    userAgent: undefined,
    forwardedFor: undefined,
    expectsContinue: false,
    heldBytes: 0,
  };
}
