/**
 * Reads requests as tolerantly as the service does: real clients send header lines without a colon, bare
 * line feeds and whole error pages as a token, which node:http refuses. Shares no code with src/, so that
 * what the endpoint says it received is a second opinion.
 */

export interface RequestHead {
  method: string;
  target: string;
  /** `HTTP/1.1`; empty where the request line has none. */
  protocol: string;
  /** In the order of the wire; lines without a colon are not fields. */
  headers: readonly (readonly [name: string, value: string])[];
}

const MAX_HEAD_BYTES = 64 * 1024;
const MAX_BODY_BYTES = 1024 * 1024;

/** More than the endpoint takes, or a body without a readable length: the connection cannot go on. */
export class UnreadableRequest extends Error {}

/** Value of the first field of that name, in any case. */
export function headerOf(head: RequestHead, name: string): string | undefined {
  return head.headers.find(([candidate]) => candidate.toLowerCase() === name)?.[1];
}

/** Splits a connection's bytes into requests; a body is read and forgotten. */
export class RequestReader {
  #pending = '';
  #head: RequestHead | undefined;
  readonly #expectsContinue: () => void;

  /** @param expectsContinue called when a client waits for `100 Continue` before it sends its body. */
  constructor(expectsContinue: () => void) {
    this.#expectsContinue = expectsContinue;
  }

  /** Bytes that are not yet a whole request. */
  get hasPartialRequest(): boolean {
    return this.#head !== undefined || this.#pending.trim() !== '';
  }

  push(bytes: Buffer): void {
    this.#pending += bytes.toString('latin1');
  }

  /**
   * The next whole request, once all of it is here.
   * @throws UnreadableRequest
   */
  next(): RequestHead | undefined {
    if (this.#head === undefined) {
      this.#head = this.#takeHead();
      if (this.#head !== undefined && /100-continue/i.test(headerOf(this.#head, 'expect') ?? '')) {
        this.#expectsContinue();
      }
    }
    const head = this.#head;
    if (head === undefined || !this.#takeBody(head)) return undefined;
    this.#head = undefined;
    return head;
  }

  #takeHead(): RequestHead | undefined {
    // Empty lines before a request line are skipped (RFC 9112 §2.2).
    this.#pending = this.#pending.replace(/^(?:\r?\n)+/, '');
    const end = /\r?\n\r?\n/.exec(this.#pending);
    if (end === null) {
      if (this.#pending.length > MAX_HEAD_BYTES) throw new UnreadableRequest('the header has no end');
      return undefined;
    }
    const [requestLine = '', ...lines] = this.#pending.slice(0, end.index).split(/\r?\n/);
    this.#pending = this.#pending.slice(end.index + end[0].length);
    const [method = '', target = '', protocol = ''] = requestLine.split(' ');
    return { method, target, protocol, headers: fieldsOf(lines) };
  }

  #takeBody(head: RequestHead): boolean {
    if (/chunked/i.test(headerOf(head, 'transfer-encoding') ?? '')) return this.#takeChunks();
    const length = Number(headerOf(head, 'content-length') ?? 0);
    if (!Number.isInteger(length) || length < 0 || length > MAX_BODY_BYTES) {
      throw new UnreadableRequest('a Content-Length that cannot be');
    }
    if (this.#pending.length < length) return false;
    this.#pending = this.#pending.slice(length);
    return true;
  }

  #takeChunks(): boolean {
    for (let at = 0; at <= MAX_BODY_BYTES; ) {
      const lineEnd = this.#pending.indexOf('\r\n', at);
      if (lineEnd < 0) return false;
      const size = Number.parseInt(this.#pending.slice(at, lineEnd), 16);
      if (Number.isNaN(size)) throw new UnreadableRequest('a chunk without a size');
      at = lineEnd + 2 + size + 2;
      if (this.#pending.length < at) return false;
      if (size === 0) {
        this.#pending = this.#pending.slice(at);
        return true;
      }
    }
    throw new UnreadableRequest('a body without an end');
  }
}

function fieldsOf(lines: readonly string[]): [string, string][] {
  const fields: [string, string][] = [];
  for (const line of lines) {
    const last = fields.at(-1);
    const colon = line.indexOf(':');
    if (/^[ \t]/.test(line) && last !== undefined) last[1] += ` ${line.trim()}`;
    else if (colon > 0) fields.push([line.slice(0, colon), line.slice(colon + 1).trim()]);
  }
  return fields;
}
