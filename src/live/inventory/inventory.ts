import { dayOf } from '../../callers/days.ts';
import { INVENTORY_DAYS, INVENTORY_HOSTS, INVENTORY_VERSION } from '../../callers/inventory.ts';
import type { CallerSummary } from '../../callers/types.ts';
import type { AttributedCall, Host, Nanoseconds } from '../../model.ts';
import { Aggregate } from '../../report/aggregate.ts';
import type { Caller } from '../../report/caller.ts';
import { savedObject } from '../../report/caller-json.ts';
import { callerFields } from '../../report/caller-row.ts';
import { escapeJson } from '../../report/escape.ts';
import { ProcessViews } from '../../report/process-view.ts';
import { isoNanoseconds } from '../../report/time.ts';
import { SameAsSaved } from './same-as-saved.ts';

export const MAX_CALLERS = 4096;
export const MAX_BYTES = 8_000_000;
/** Longest caller: 1 to 3 kB are usual. */
const MAX_CALLER_BYTES = 64_000;
/** Callers made into text before others get their turn: some milliseconds. */
const AT_ONCE = 8;
/** Of the callers that are given up where there is no room. */
const PART_GIVEN_UP = 8;

/** Of an example's arguments and ancestors: what names it, and not all that a process can have. */
const SHOWN_ARGUMENTS = 32;
const SHOWN_ANCESTORS = 16;
const LONGEST_ARGUMENT = 256;

/** The callers of this host, those of earlier sessions too, in bounded memory. */
export class Inventory {
  readonly #maximum: number;
  readonly #aggregate: Aggregate;
  readonly #same = new SameAsSaved();
  readonly #texts = new WeakMap<Caller, { calls: number; day: number; text: string }>();
  readonly turnedAway = { callers: 0, calls: 0 };
  /** By id and name: the callers have the name alone. */
  readonly #hosts = new Map<string, Pick<Host, 'id' | 'name'>>();
  #lastHost: Host | undefined;
  #otherCalls = 0;
  #isChanged = false;

  constructor(maximum = MAX_CALLERS) {
    this.#maximum = maximum;
    this.#aggregate = new Aggregate(new ProcessViews(), maximum);
  }

  /** There is something to write. */
  get isChanged(): boolean {
    return this.#isChanged;
  }

  get size(): number {
    return this.#aggregate.callerCount;
  }

  /** One of an earlier session. */
  restore(caller: CallerSummary): void {
    this.#aggregate.addCaller(caller);
  }

  /** One that callers are of, so that they are found by its id. */
  addHost(host: Host): void {
    const { id, name } = host;
    this.#lastHost = host;
    if (id === undefined || this.#hosts.size >= INVENTORY_HOSTS) return;
    this.#hosts.set(`${id}\n${name}`, { id, name });
  }

  add(call: AttributedCall): void {
    if (call.host !== undefined && call.host !== this.#lastHost) this.addHost(call.host);
    this.#aggregate.add(this.#same.call(call));
    this.#isChanged = true;
  }

  /**
   * The file, in pieces, each of which takes little time. Callers that were not seen for 90 days are given up;
   * where there is no room for new ones, also those that are harmless, the longest unseen first.
   */
  async *text(now: Nanoseconds, maxBytes = MAX_BYTES): AsyncGenerator<string> {
    this.#isChanged = false;
    const today = dayOf(Number(now));
    this.#makeRoom(today);
    const head = {
      inventory_version: INVENTORY_VERSION,
      written: isoNanoseconds(now),
      hosts: this.#hosts.size === 0 ? undefined : [...this.#hosts.values()],
    };
    yield `${JSON.stringify(head).slice(0, -1)},\n"callers": [`;
    let bytes = 1000;
    let batch = '';
    const left = new Set<Caller>();
    for (const [index, caller] of this.#byWorth().entries()) {
      const text = this.#textOf(caller, today);
      const length = Buffer.byteLength(text) + 2;
      if (bytes + length > maxBytes || length > MAX_CALLER_BYTES) left.add(caller);
      else {
        batch += `${bytes === 1000 ? '' : ','}\n${text}`;
        bytes += length;
      }
      if (index % AT_ONCE !== AT_ONCE - 1) continue;
      yield batch;
      batch = '';
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    this.#giveUp(left);
    yield `${batch}\n],\n"turned_away": ${JSON.stringify(this.turnedAway)}\n}\n`;
  }

  #makeRoom(today: number): void {
    const { otherCalls } = this.#aggregate;
    const isFull = otherCalls > this.#otherCalls;
    this.turnedAway.calls += otherCalls - this.#otherCalls;
    this.#otherCalls = otherCalls;
    const callers = this.#aggregate.known;
    const isOld = (caller: Caller) => today - dayOf(Number(caller.last)) >= INVENTORY_DAYS;
    const old = callers.filter(isOld);
    this.#aggregate.remove(new Set(old));
    if (!isFull || old.length > 0) return;
    const harmless = callers.filter((caller) => !isWanted(caller)).sort(byLast);
    this.#giveUp(new Set(harmless.slice(0, Math.ceil(this.#maximum / PART_GIVEN_UP))));
  }

  #giveUp(callers: ReadonlySet<Caller>): void {
    if (callers.size === 0) return;
    this.turnedAway.callers += callers.size;
    this.#aggregate.remove(callers);
  }

  /** Those to fix, then the latest seen: what does not fit into the file is the rest. */
  #byWorth(): Caller[] {
    return [...this.#aggregate.known].sort(
      (a, b) => Number(isWanted(b)) - Number(isWanted(a)) || byLast(b, a),
    );
  }

  #textOf(caller: Caller, today: number): string {
    const { calls } = caller;
    const known = this.#texts.get(caller);
    if (known?.calls === calls && known.day === today) return known.text;
    caller.forgetDays(today - INVENTORY_DAYS + 1);
    const {
      example_args: args,
      example_args_truncated: isCut,
      example_ancestry: ancestry,
      ...fields
    } = callerFields(caller, this.#aggregate.views);
    const shown = args?.slice(0, SHOWN_ARGUMENTS).map(shortened);
    const text = escapeJson(
      JSON.stringify({
        ...fields,
        example_args: shown,
        example_args_truncated: isCut || args?.join(' ') !== shown?.join(' ') || undefined,
        example_ancestry: ancestry?.slice(0, SHOWN_ANCESTORS),
        ...savedObject(caller, this.#aggregate.views),
      }),
    );
    this.#texts.set(caller, { calls, day: today, text });
    return text;
  }
}

/** It is not ready for IMDSv2, as far as is known. */
function isWanted({ kinds }: Caller): boolean {
  return kinds.v1 > 0 || kinds.unknown > 0;
}

function byLast(a: Caller, b: Caller): number {
  return a.last < b.last ? -1 : Number(a.last > b.last);
}

function shortened(argument: string): string {
  return argument.length > LONGEST_ARGUMENT ? `${argument.slice(0, LONGEST_ARGUMENT - 1)}…` : argument;
}
