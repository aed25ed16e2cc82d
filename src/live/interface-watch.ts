import type { PollGuard } from './poll-guard.ts';

const LOOK_MS = 500;

export type InterfaceState = 'up' | 'down' | 'removed';

/** What became of an interface that is captured from. */
export interface InterfaceNews {
  name: string;
  /** Up again after it was down; removed, after which one of the same name is another. */
  state: InterfaceState;
  /** No other is left. */
  isLast: boolean;
}

interface Watched {
  name: string;
  /** Its number at the guard; -1 where it is not known what becomes of it. */
  guarded: number;
}

/** Looks what becomes of the interfaces of captures. */
export class InterfaceWatch {
  readonly #guard: Pick<PollGuard, 'stateOf'>;
  /** Those that there are, with what was said of them. */
  readonly #left: Map<Watched, InterfaceState>;
  /** Removed, as the last look found: what waits in their buffers is read before that is said. */
  readonly #removed = new Set<Watched>();
  readonly #onNews: (news: InterfaceNews) => void;
  readonly #timer: NodeJS.Timeout;

  constructor(
    guard: Pick<PollGuard, 'stateOf'>,
    captures: readonly Watched[],
    onNews: (news: InterfaceNews) => void,
  ) {
    this.#guard = guard;
    this.#left = new Map(captures.map((capture) => [capture, 'up']));
    this.#onNews = onNews;
    this.#timer = setInterval(() => this.look(), LOOK_MS);
  }

  end(): void {
    clearInterval(this.#timer);
  }

  look(): void {
    const found = [...this.#left].filter(([{ guarded }]) => guarded >= 0);
    for (const [one, said] of found) {
      const state = stateOf(this.#guard.stateOf(one.guarded));
      if (state === said) continue;
      if (state === 'removed' && !this.#removed.has(one)) {
        this.#removed.add(one);
        continue;
      }
      if (state === 'removed') this.#left.delete(one);
      else this.#left.set(one, state);
      this.#onNews({ name: one.name, state, isLast: this.#left.size === 0 });
    }
  }
}

function stateOf(found: number): InterfaceState {
  if (found < 0) return 'removed';
  return found === 0 ? 'down' : 'up';
}
