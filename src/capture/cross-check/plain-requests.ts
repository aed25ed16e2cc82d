import { posix } from 'node:path';

/** A request, as far as the comparison goes. */
export interface PlainRequest {
  method: string;
  target: string;
  /** By the presence of the token's field, or of its time to live in a request for one. */
  version: 'v1' | 'v2';
}

const MAX_HEAD = 64 * 1024;
/** Fields of the body that, repeated, or that, announced by Expect, do not tell whether it follows. */
const UNSURE: readonly string[] = ['content-length', 'transfer-encoding', 'expect'];
const REQUEST_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) (\S+) HTTP\/1\.[01]$/;

/** Scans one direction of a connection for requests. Whatever is unusual is not guessed at: `lost` becomes true. */
export class PlainRequests {
  /** The bytes are no plain sequence of HTTP/1 requests. */
  lost = false;
  /** Part of a head has arrived. */
  get pending(): boolean {
    return this.#text !== '';
  }
  /** What has arrived begins with a whole line that is no HTTP/1 request's: HTTP/0.9, or none at all. */
  get unusual(): boolean {
    const end = this.#text.indexOf('\n');
    return (
      end >= 0 &&
      this.#body === 0 &&
      this.#chunked === undefined &&
      !REQUEST_LINE.test(this.#text.slice(0, end).trimEnd())
    );
  }
  #text = '';
  #body = 0;
  #chunked: 'size' | 'data' | 'trailer' | undefined;

  *add(bytes: Buffer): Generator<PlainRequest> {
    this.#text += bytes.toString('latin1');
    while (!this.lost) {
      if (this.#body > 0) {
        const step = Math.min(this.#body, this.#text.length);
        this.#text = this.#text.slice(step);
        this.#body -= step;
        if (this.#body > 0) return;
      }
      if (this.#chunked !== undefined) {
        if (!this.#chunk()) return;
        continue;
      }
      const end = /\r?\n\r?\n/.exec(this.#text);
      if (end === null) {
        if (this.#text.length > MAX_HEAD) this.lost = true;
        return;
      }
      const head = this.#text.slice(0, end.index);
      this.#text = this.#text.slice(end.index + end[0].length);
      const request = this.#head(head);
      if (request !== undefined) yield request;
    }
  }

  #head(head: string): PlainRequest | undefined {
    const [first = '', ...lines] = head.split(/\r?\n/);
    const line = REQUEST_LINE.exec(first);
    if (line === null || line[1] === 'CONNECT') {
      this.lost = true;
      return undefined;
    }
    const [, method = '', target = ''] = line;
    const fields = new Map<string, string>();
    for (const one of lines) {
      const colon = one.indexOf(':');
      const name = one.slice(0, colon).toLowerCase();
      if (UNSURE.includes(name) && (fields.has(name) || name === 'expect')) this.lost = true;
      if (colon > 0 && !/^\s/.test(one))
        fields.set(one.slice(0, colon).toLowerCase(), one.slice(colon + 1).trim());
    }
    this.#expectBody(fields);
    return { method, target, version: versionOf(method, target, fields) };
  }

  #expectBody(fields: ReadonlyMap<string, string>): void {
    const encoding = fields.get('transfer-encoding');
    const length = fields.get('content-length');
    if (encoding !== undefined) {
      if (encoding.toLowerCase() === 'chunked' && length === undefined) this.#chunked = 'size';
      else this.lost = true;
    } else if (length !== undefined) {
      if (/^\d{1,12}$/.test(length)) this.#body = Number(length);
      else this.lost = true;
    }
  }

  /** @returns whether there was enough to go on */
  #chunk(): boolean {
    const end = this.#text.indexOf('\n');
    if (end < 0) {
      if (this.#text.length > MAX_HEAD) this.lost = true;
      return false;
    }
    const line = this.#text.slice(0, end).trim();
    this.#text = this.#text.slice(end + 1);
    if (this.#chunked === 'trailer') {
      if (line === '') this.#chunked = undefined;
    } else if (this.#chunked === 'data') {
      this.#chunked = 'size';
    } else {
      const size = /^([0-9a-f]{1,8})(?:;.*)?$/i.exec(line);
      if (size === null) this.lost = true;
      else {
        this.#body = Number.parseInt(size[1] as string, 16);
        this.#chunked = this.#body === 0 ? 'trailer' : 'data';
      }
    }
    return true;
  }
}

function versionOf(method: string, target: string, fields: ReadonlyMap<string, string>): 'v1' | 'v2' {
  if (fields.has('x-aws-ec2-metadata-token')) return 'v2';
  const path = target
    .replace(/^https?:\/\/[^/?#]*/i, '')
    .replace(/[?#].*$/s, '')
    .replace(/%[0-9a-f]{2}/gi, (octet) => {
      const character = String.fromCharCode(Number(`0x${octet.slice(1)}`));
      return /[\w.~-]/.test(character) ? character : octet;
    })
    .replace(/\/\.{1,2}$/, '$&/');
  const token = method === 'PUT' && posix.normalize(path || '/') === '/latest/api/token';
  return token && fields.has('x-aws-ec2-metadata-token-ttl-seconds') ? 'v2' : 'v1';
}
