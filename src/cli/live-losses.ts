import { ExitCode } from '../errors.ts';
import type { InterfaceNews } from '../live/interface-watch.ts';
import type { OpenedViews } from '../live/open-views.ts';
import { note } from './diagnostics.ts';

export interface LiveLossesOptions {
  exitOnProbeLoss: boolean;
  say(line: string): void;
  /** Aborted once the session ends. */
  ending: AbortSignal;
  /** Ends the session. */
  end(): void;
}

/** What ends while a session runs: said at once, with what goes on; where nothing does, so does the session end. */
export class LiveLosses {
  /** Of the session, as far as it is known yet. */
  code: ExitCode = ExitCode.done;
  #views: OpenedViews | undefined;
  /** What ended before they were open: what goes on is known then. */
  #early: (() => void)[] = [];
  readonly #options: LiveLossesOptions;
  readonly #ended = new Set<'sockets' | 'wire'>();

  constructor(options: LiveLossesOptions) {
    this.#options = options;
  }

  /** To be set when they are open. */
  set views(views: OpenedViews) {
    this.#views = views;
    for (const tell of this.#early.splice(0)) tell();
  }

  /** Calls go on from the wire, where it is watched. */
  probe(reason: string): void {
    const { ending, exitOnProbeLoss } = this.#options;
    if (ending.aborted) {
      this.#say(`not all that was seen was read before the end, and calls are missing (${reason})`);
      this.code = ExitCode.failure;
      return;
    }
    this.#ended.add('sockets');
    const goesOn = this.#has('wire') && !exitOnProbeLoss;
    const lookups = this.#views?.lookups;
    const how = lookups?.isRunning ? 'with look-ups in /proc' : 'without processes';
    const what = goesOn ? `calls go on from the wire, ${how}` : 'so does this session';
    this.#say(`the probe ended (${reason}); ${what}`);
    lookups?.begin();
    if (!goesOn) this.#fail();
  }

  /** Without root nobody can be started in its place. */
  lookups(reason: string): void {
    if (this.#views === undefined) {
      this.#early.push(() => this.lookups(reason));
      return;
    }
    const what = this.#has('sockets') ? 'the probe goes on' : 'calls go on without processes';
    this.#say(`the process for look-ups in /proc ended (${reason}); ${what}`);
  }

  host(reason: string): void {
    this.#say(`the process that asks the host ended (${reason}); calls go on without packages`);
  }

  /** Without root another of that name cannot be captured from. */
  interface({ name, state, isLast }: InterfaceNews): void {
    if (state !== 'removed') {
      const next = 'went down; what passes it is seen again when it is up';
      this.#say(`the interface ${name} ${state === 'up' ? 'is up again' : next}`);
      return;
    }
    if (isLast) this.#ended.add('wire');
    const goesOn = !isLast || this.#has('sockets');
    const left = isLast ? 'calls go on from the sockets' : 'calls go on from the others';
    const next = goesOn ? left : 'nothing else is watched, and this session ends';
    this.#say(`the interface ${name} was removed, and another of that name is not watched; ${next}`);
    if (!goesOn) this.#fail();
  }

  #has(view: 'sockets' | 'wire'): boolean {
    return this.#views?.[view] !== undefined && !this.#ended.has(view);
  }

  #fail(): void {
    this.code = ExitCode.failure;
    this.#options.end();
  }

  #say(text: string): void {
    this.#options.say(note('live', text));
  }
}
