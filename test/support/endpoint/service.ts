import { type Answer, errorPage, notAllowed, text } from './answers.ts';
import { belowVersion, lookUp } from './documents.ts';
import { headerOf, type RequestHead } from './request-reader.ts';

export const TOKEN_HEADER = 'x-aws-ec2-metadata-token';
export const TTL_HEADER = 'x-aws-ec2-metadata-token-ttl-seconds';

const MAX_TTL_SECONDS = 21_600;
const TOKEN_PATH = '/latest/api/token';

/** What the service says to a request (EC2 user guide, "How IMDSv2 works"; DOMAIN "Responses, as seen"). */
export class MetadataService {
  readonly #required: boolean;
  readonly #now: () => number;
  /** Expiry in milliseconds since the epoch, by token. */
  readonly #tokens = new Map<string, number>();

  constructor(tokens: 'optional' | 'required', now: () => number) {
    this.#required = tokens === 'required';
    this.#now = now;
  }

  answer(request: RequestHead): Answer {
    if (request.target === '') return errorPage(400);
    const path = pathOf(request.target);
    if (belowVersion(path) === 'api/token') return this.#tokenAnswer(request, path);
    if (request.method !== 'GET' && request.method !== 'HEAD') return notAllowed('GET, HEAD');

    const token = headerOf(request, TOKEN_HEADER);
    const secondsLeft = token === undefined ? undefined : this.#secondsLeft(token);
    if (token === undefined ? this.#required : secondsLeft === undefined) return errorPage(401);
    const body = lookUp(path, this.#now());
    if (body === undefined) return errorPage(404);
    // The echo that proves a token was accepted.
    return text(body, secondsLeft === undefined ? [] : [[TTL_HEADER, String(secondsLeft)]]);
  }

  #tokenAnswer(request: RequestHead, path: string): Answer {
    if (request.method === 'OPTIONS') return text('', [['Allow', 'OPTIONS, PUT']]);
    if (request.method !== 'PUT') return notAllowed('OPTIONS, PUT');
    if (path !== TOKEN_PATH || headerOf(request, 'x-forwarded-for') !== undefined) return errorPage(403);
    const ttl = headerOf(request, TTL_HEADER) ?? '';
    if (!/^\d{1,6}$/.test(ttl) || Number(ttl) < 1 || Number(ttl) > MAX_TTL_SECONDS) return errorPage(400);
    return text(this.#issue(Number(ttl)), [[TTL_HEADER, ttl]]);
  }

  #issue(ttlSeconds: number): string {
    const token = `AQAEAEXAMPLETOKEN${String(this.#tokens.size + 1).padStart(37, '0')}==`;
    this.#tokens.set(token, this.#now() + ttlSeconds * 1000);
    return token;
  }

  /** Whole seconds until the token expires; undefined for one that is not, or not any more. */
  #secondsLeft(token: string): number | undefined {
    const left = (this.#tokens.get(token) ?? 0) - this.#now();
    return left > 0 ? Math.ceil(left / 1000) : undefined;
  }
}

/** Origin-form or absolute-form, without the query, doubled slashes folded. */
function pathOf(target: string): string {
  return target
    .replace(/^https?:\/\/[^/]*/i, '')
    .replace(/[?#].*$/s, '')
    .replace(/\/{2,}/g, '/');
}
