import type { LiveEvent } from '../live/session.ts';
import type { ReceivedRequest } from '../support/endpoint/index.ts';

/** A time in which nobody watched, or of which nothing can have been written; milliseconds since the epoch. */
interface Gap {
  from: number;
  to: number;
  reason: string;
}

export interface Balance {
  /** Requests that the endpoint answered. */
  answered: number;
  logged: number;
  /** Answered and not logged, by why. */
  missing: Record<string, number>;
  /** Answered, not logged, and watched all the time: to be held against what the sessions counted as lost. */
  unexplained: string[];
  /** Lines of the log that are there twice, or of requests that nobody made. */
  wrong: string[];
}

/** What the stand-in endpoint answered, held against what the log has. A request is known by its path. */
export class Ledger {
  readonly #answered = new Map<string, number>();
  readonly #logged = new Set<string>();
  readonly #ids = new Set<string>();
  readonly #gaps: Gap[] = [];
  readonly #wrong: string[] = [];
  readonly #mark: string;

  /** @param mark what the paths of the soak have in common */
  constructor(mark: string) {
    this.#mark = mark;
  }

  answered({ at, target, status }: ReceivedRequest): void {
    if (status !== undefined) this.#answered.set(target, at);
  }

  logged({ event, url }: LiveEvent): void {
    if (this.#ids.has(event.id)) this.#wrong.push(`twice: ${url?.path}`);
    this.#ids.add(event.id);
    if (url?.path.includes(this.#mark)) this.#logged.add(url.path);
  }

  gap(from: number, to: number, reason: string): void {
    this.#gaps.push({ from, to, reason });
  }

  get loggedCount(): number {
    return this.#ids.size;
  }

  balance(): Balance {
    const missing: Record<string, number> = {};
    const unexplained: string[] = [];
    for (const [target, at] of this.#answered) {
      if (this.#logged.has(target)) continue;
      const gap = this.#gaps.find(({ from, to }) => at >= from && at <= to);
      if (gap === undefined) unexplained.push(`${target} at ${new Date(at).toISOString()}`);
      else missing[gap.reason] = (missing[gap.reason] ?? 0) + 1;
    }
    return {
      answered: this.#answered.size,
      logged: this.#logged.size,
      missing,
      unexplained,
      wrong: this.#wrong,
    };
  }
}
