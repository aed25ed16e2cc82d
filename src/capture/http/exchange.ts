import { count } from '../../journal/counters.ts';
import type { Counters } from '../../model.ts';
import type { MemoryBudget } from '../tcp/memory-budget.ts';
import type { LostReason } from './message-events.ts';
import type { MessageObserver } from './message-observer.ts';
import { type Request, type RequestHandler, RequestParser } from './request-parser.ts';
import { type Response, type ResponseHandler, ResponseParser } from './response-parser.ts';
import type { Texts } from './texts.ts';

/** Pipelined requests that wait for their responses; beyond it, the oldest is emitted without one. */
const MAX_PENDING = 1024;
/** Of a request that waits behind another one, beside its texts: about what its object takes. */
const REQUEST_BYTES = 256;
/** So much text waits without a claim on the budget, so that a flood of long ones leaves the usual request its answer. */
const FREE_TEXT = 512;

/** A request and its final response, either of which may be missing. */
export interface ExchangeHandler {
  /** `reason` is why there is no request. */
  exchange(request: Request | undefined, response: Response | undefined, reason?: LostReason): void;
}

/** What the exchanges of all connections share. */
export interface ExchangeLimits {
  lines: MemoryBudget;
  /** Bytes of requests that wait: behind another one of their connection, or with long texts. */
  pending: MemoryBudget;
  texts: Texts;
  losses: Counters;
}

/** Pairs the requests and responses of one connection (RFC 9112 §9.3.2: in order). */
export class Exchange implements RequestHandler, ResponseHandler {
  readonly requests: RequestParser;
  readonly responses: ResponseParser;
  readonly #handler: ExchangeHandler;
  readonly #losses: Counters;
  readonly #budget: MemoryBudget;
  #pending: Request[] = [];
  /** Requests that went on without their answers, which may still come. */
  #evicted = 0;
  /** A response came before the head of its request was whole. */
  #early: Response | undefined;
  /** Responses may be missing since the last pairing: order alone does not tell any more. */
  #responsesLost = false;
  /** The connection was there before the capture: an answer to an unseen request may come first. */
  #midStream = false;
  #lostReason: LostReason = 'gap';

  constructor(
    handler: ExchangeHandler,
    { lines, pending, texts, losses }: ExchangeLimits,
    requestObserver?: MessageObserver,
    responseObserver?: MessageObserver,
  ) {
    this.#handler = handler;
    this.#budget = pending;
    this.#losses = losses;
    this.requests = new RequestParser(this, lines, texts, requestObserver);
    this.responses = new ResponseParser(this, lines, responseObserver);
  }

  startMidStream(): void {
    this.#midStream = true;
    this.requests.startMidStream();
    this.responses.startMidStream();
  }

  requestBegins(request: Request): void {
    this.#pending.push(request);
    if (this.#pending.length === 1) return;
    if (this.#pending.length > MAX_PENDING) this.#evictOldest();
    this.#hold(request, REQUEST_BYTES);
  }

  requestHead(request: Request): void {
    if (request.lost !== undefined) this.#lostReason = request.lost;
    const early = this.#early;
    if (early === undefined || this.#pending[0] !== request) {
      if (this.#pending.at(-1) === request) this.#hold(request, textLength(request) - FREE_TEXT);
      return;
    }
    this.#early = undefined;
    this.#pending.shift();
    this.#emit(request, early);
  }

  unreadRequestBytes(length: number): void {
    count(this.#losses, 'http.unread_request_bytes', length);
  }

  unreadResponseBytes(length: number): void {
    count(this.#losses, 'http.unread_response_bytes', length);
  }

  lineEvicted(): void {
    count(this.#losses, 'http.lines_evicted');
  }

  responseLost(): void {
    this.#responsesLost = true;
  }

  methodFor(response: Response): string | undefined {
    return this.#pending[this.#indexFor(response)]?.method;
  }

  responseHead(response: Response): void {
    const index = this.#indexFor(response);
    if (response.status < 200 && response.status !== 101) return;
    if (response.status === 101) this.requests.becomeOpaque();
    const request = this.#pending[index];
    if (request === undefined) {
      if (this.#evicted > 0) this.#evicted--;
      else this.#withoutRequest(response);
      return;
    }
    if (index > 0) for (const skipped of this.#pending.splice(0, index)) this.#emit(skipped, undefined);
    this.#responsesLost = false;
    if (!request.headComplete && request.lost === undefined) {
      this.#early ??= response;
      return;
    }
    if (request.expectsContinue && request.end < 0) this.requests.bodyDeclined = true;
    this.#pending.shift();
    this.#emit(request, response);
  }

  /** Nothing more comes: what waits is emitted as it stands. */
  finish(): void {
    this.requests.finish();
    this.responses.finish();
    const pending = this.#pending;
    this.#pending = [];
    pending.forEach((request, i) => {
      this.#emit(request, i === 0 ? this.#early : undefined);
    });
    this.#early = undefined;
  }

  /** Takes memory for a request that waits. Where none is left, the oldest go on without their answers. */
  #hold(request: Request, bytes: number): void {
    if (bytes <= 0) return;
    while (!this.#budget.take(bytes)) {
      const isLast = this.#pending[0] === request;
      this.#evictOldest();
      if (isLast) return;
    }
    request.heldBytes += bytes;
  }

  #evictOldest(): void {
    const oldest = this.#pending.shift();
    if (oldest === undefined) return;
    count(this.#losses, 'http.pending_evicted');
    this.#evicted++;
    this.#emit(oldest, undefined);
  }

  #emit(request: Request, response: Response | undefined): void {
    this.#budget.give(request.heldBytes);
    request.heldBytes = 0;
    this.#handler.exchange(request, response);
  }

  /**
   * Which pending request a response answers: the oldest; after lost responses the latest that the
   * endpoint had received in whole. None, if the endpoint had not begun to receive it.
   */
  #indexFor(response: Response): number {
    const received = response.requestBytesReceived;
    const first = this.#pending[0];
    if (first === undefined || (received >= 0 && received <= first.offset)) return -1;
    if (received < 0) return 0;
    if (!this.#responsesLost) return this.#isUnanswered(first, response) ? 1 : 0;
    let index = 0;
    for (let i = 1; i < this.#pending.length; i++) {
      const candidate = this.#pending[i];
      if (candidate !== undefined && candidate.end >= 0 && candidate.end <= received) index = i;
    }
    return index;
  }

  /** A server that took what is no request for part of the next one answers that. */
  #isUnanswered(first: Request, { status, requestBytesReceived }: Response): boolean {
    const second = this.#pending[1];
    if (first.lost !== 'not HTTP/1' || status === 400 || second === undefined) return false;
    return requestBytesReceived > second.offset;
  }

  #withoutRequest(response: Response): void {
    if (this.#midStream) {
      this.#midStream = false;
      this.#handler.exchange(undefined, response, 'capture began in mid-stream');
    } else if (this.requests.lost) {
      this.#handler.exchange(undefined, response, this.#lostReason);
    } else {
      // A server may answer unasked, before it closes an idle connection (408). With success it answers a request,
      // be it one that was read as a body here.
      const isError = response.status >= 400;
      count(this.#losses, isError ? 'http.unsolicited_responses' : 'http.unsolicited_successes');
    }
  }
}

function textLength({ target, userAgent = '', forwardedFor = '' }: Request): number {
  return target.length + userAgent.length + forwardedFor.length;
}
