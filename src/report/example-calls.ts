import { type AttributedCall, type ImdsCall, type Nanoseconds, PATH_CLASSES } from '../model.ts';
import { eventId } from './event-id.ts';
import { KINDS, type Kind } from './kinds.ts';
import { Memo, viewHeader, viewUrl } from './url.ts';

const MAXIMUM = 5;
/** Characters of a request that are kept; no path of the service is near it. */
const LONGEST = 240;

/** What is kept of a call to show it. Masked and cut, not yet escaped. */
export interface ExampleCall {
  kind: Kind;
  time: Nanoseconds;
  /** `GET /latest/meta-data/`, or why there is none. */
  request: string;
  status: number | undefined;
  pid: number | undefined;
}

interface Kept extends ExampleCall {
  rank: number;
  id: string;
}

/**
 * The worst calls of one caller, each different request and answer once: by kind, by what was asked for, by
 * time. In whatever order calls are read, the same ones are kept.
 */
export class ExampleCalls {
  readonly #texts: ExampleTexts;
  #kept: Kept[] = [];

  constructor(texts: ExampleTexts) {
    this.#texts = texts;
  }

  /** @param kind index into KINDS */
  add(attributed: AttributedCall, kind: number): void {
    const { call } = attributed;
    const rank = kind * PATH_RANKS + pathRank(call);
    const last = this.#kept.length < MAXIMUM ? undefined : this.#kept.at(-1);
    if (last !== undefined && (rank > last.rank || (rank === last.rank && call.time > last.time))) return;
    const request = this.#texts.request(call);
    const same = this.#kept.find(
      (other) => other.rank === rank && other.status === call.status && other.request === request,
    );
    // Nearly every call of a busy caller ends here at the latest, without its id, which is a hash.
    if (same !== undefined && call.time > same.time) return;
    const entry: Kept = {
      rank,
      kind: KINDS[kind] ?? 'attempt',
      time: call.time,
      request,
      status: call.status,
      pid: attributed.process?.pid,
      id: eventId(attributed),
    };
    if (same !== undefined && compare(same, entry) <= 0) return;
    this.#put(entry, same);
  }

  /** Those of another part of the caller's calls. */
  merge(other: ExampleCalls): void {
    for (const entry of other.#kept) {
      const same = this.#kept.find(({ rank, status, request }) => {
        return rank === entry.rank && status === entry.status && request === entry.request;
      });
      if (same === undefined || compare(entry, same) < 0) this.#put(entry, same);
    }
  }

  #put(entry: Kept, instead: Kept | undefined): void {
    const others = this.#kept.filter((other) => other !== instead);
    this.#kept = [...others, entry].sort(compare).slice(0, MAXIMUM);
  }

  /** Worst first. */
  get calls(): readonly ExampleCall[] {
    return this.#kept;
  }
}

/** Requests as text, shared by all callers: the same few recur. */
export class ExampleTexts {
  readonly #targets = new Memo((target) => kept(viewUrl(target).original));
  readonly #methods = new Memo((method) => kept(viewHeader(method)));

  request({ method, target, operation, unknownReason }: ImdsCall): string {
    if (method !== undefined && target !== undefined) {
      return `${this.#methods.get(method)} ${this.#targets.get(target)}`;
    }
    if (operation === 'attempt') return 'nothing was sent';
    return unknownReason ?? 'no request known';
  }
}

/** A short string of its own: a slice would keep the long one that it is of. */
function kept(text: string): string {
  if (text.length <= LONGEST) return text;
  return Buffer.from(`${text.slice(0, LONGEST - 1)}…`).toString();
}

const PATH_RANKS = PATH_CLASSES.length + 1;

function pathRank({ pathClass }: ImdsCall): number {
  return pathClass === undefined ? PATH_CLASSES.length : PATH_CLASSES.indexOf(pathClass);
}

/** To the last: two captures of one name may have calls of one id. */
function compare(a: Kept, b: Kept): number {
  return (
    a.rank - b.rank ||
    order(a.time, b.time) ||
    order(a.id, b.id) ||
    order(a.request, b.request) ||
    (a.status ?? 0) - (b.status ?? 0) ||
    (a.pid ?? 0) - (b.pid ?? 0)
  );
}

function order<T extends bigint | string>(a: T, b: T): number {
  return a < b ? -1 : Number(a > b);
}
