import type { MemoryBudget } from '../tcp/memory-budget.ts';
import { BodyLength } from './body-length.ts';
import { FieldName, isField } from './fields.ts';
import type { Framing, LostReason, StartLine } from './message-events.ts';
import type { MessageObserver } from './message-observer.ts';
import { MessageParser } from './message-parser.ts';

/** A response's head, as far as it was read. */
export interface Response {
  seconds: number;
  nanoseconds: number;
  packetNumber: number;
  /** Bytes of the client's direction that the endpoint had received when it answered; -1 unknown. */
  requestBytesReceived: number;
  ttl: number;
  status: number;
  /** The endpoint echoes the token's lifetime to a request with a valid token. */
  tokenTtl: boolean;
}

export interface ResponseHandler {
  /** Method of the request that the next response answers: HEAD has no body. */
  methodFor(response: Response): string | undefined;
  responseHead(response: Response): void;
  responseLost(): void;
  unreadResponseBytes(length: number): void;
  lineEvicted(): void;
}

/** The endpoint's direction. */
export class ResponseParser extends MessageParser {
  readonly #handler: ResponseHandler;
  readonly #body = new BodyLength();
  #current: Response | undefined;

  constructor(handler: ResponseHandler, budget: MemoryBudget, observer?: MessageObserver) {
    super(budget, observer);
    this.#handler = handler;
  }

  protected override onBegin(_offset: number): void {
    const { seconds, nanoseconds, packetNumber, peerOffset, ttl } = this.stamp;
    this.#current = {
      seconds,
      nanoseconds,
      packetNumber,
      requestBytesReceived: peerOffset,
      ttl,
      status: 0,
      tokenTtl: false,
    };
    this.#body.reset();
  }

  protected override onStartLine(bytes: Buffer, start: number, end: number): StartLine {
    const status = statusOf(bytes, start, end);
    if (status === undefined || this.#current === undefined) return 'none';
    this.#current.status = status;
    return 'headers follow';
  }

  protected override onHeader(bytes: Buffer, start: number, colon: number, end: number): boolean {
    switch (colon - start) {
      case 36:
        if (this.#current !== undefined && isField(bytes, start, colon, FieldName.tokenTtl)) {
          this.#current.tokenTtl = true;
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
    this.#body.fold(bytes, start, end);
  }

  /** RFC 9112 §6.3. */
  protected override onHeadEnd(): Framing {
    const response = this.#current;
    if (response === undefined) return 'lost';
    const { status } = response;
    const method = this.#handler.methodFor(response);
    this.#handler.responseHead(response);
    this.#current = undefined;
    if (status === 101) return 'opaque';
    if (status < 200 || status === 204 || status === 304 || method === 'HEAD') return 'none';
    const framing = this.#body.framing();
    return framing === 'none' || framing === 'other coding' || framing === 'invalid'
      ? 'until close'
      : framing;
  }

  protected override onEnd(_offset: number): void {}

  /** A head that was cut after its status line still tells the status. */
  protected override onLost(_offset: number, _reason: LostReason): void {
    const response = this.#current;
    this.#current = undefined;
    if (response !== undefined && response.status >= 200) this.#handler.responseHead(response);
    this.#handler.responseLost();
  }

  protected override onUnread(length: number): void {
    this.#handler.unreadResponseBytes(length);
  }

  protected override onEvicted(): void {
    this.#handler.lineEvicted();
  }

  protected override looksLikeStart(bytes: Buffer, start: number, end: number): boolean {
    return statusOf(bytes, start, Math.min(end, start + 12)) !== undefined;
  }

  /** The stream ends within a head: what is known of it is handed on. */
  override finish(): void {
    super.finish();
    const response = this.#current;
    this.#current = undefined;
    if (response !== undefined && response.status >= 200) this.#handler.responseHead(response);
  }
}

/** A loop over a few bytes costs less than a text of them. */
const PREFIX = Buffer.from('HTTP/1.');

/** Status of a line `HTTP/1.x NNN …` (RFC 9112 §4). */
export function statusOf(bytes: Buffer, start: number, end: number): number | undefined {
  if (end - start < 12 || bytes[start + 8] !== 32) return undefined;
  for (let i = 0; i < PREFIX.length; i++) if (bytes[start + i] !== PREFIX[i]) return undefined;
  const status = digit(bytes[start + 9]) * 100 + digit(bytes[start + 10]) * 10 + digit(bytes[start + 11]);
  return status >= 100 && status <= 999 ? status : undefined;
}

function digit(byte: number | undefined): number {
  return byte !== undefined && byte >= 48 && byte <= 57 ? byte - 48 : Number.NaN;
}
