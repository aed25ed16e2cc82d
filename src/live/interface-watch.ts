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

/** Looks what becomes of the interfaces of captures, by their numbers at the guard. */
export class InterfaceWatch {
  readonly #guard: PollGuard;
  /** Those that there are, by their numbers at the guard. */
  readonly #left: Map<number, { name: string; state: InterfaceState }>;
  readonly #onNews: (news: InterfaceNews) => void;
  readonly #timer: NodeJS.Timeout;

  constructor(
    guard: PollGuard,
    captures: readonly { name: string; guarded: number }[],
    onNews: (news: InterfaceNews) => void,
  ) {
    this.#guard = guard;
    this.#left = new Map(captures.map(({ name, guarded }) => [guarded, { name, state: 'up' }]));
    this.#onNews = onNews;
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    for (const [guarded, one] of this.#left) {
      const found = this.#guard.stateOf(guarded);
      const state = found > 0 ? 'up' : found === 0 ? 'down' : 'removed';
      if (state === one.state) continue;
      one.state = state;
      if (state === 'removed') this.#left.delete(guarded);
      this.#onNews({ name: one.name, state, isLast: this.#left.size === 0 });
    }
  }
}
