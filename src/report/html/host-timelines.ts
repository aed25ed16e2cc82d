import type { AttributedCall } from '../../model.ts';
import { scopeOf } from '../host-names.ts';
import { Timeline } from '../timeline.ts';

/** Hosts of which a timeline is kept; some 8 KB each. */
const MAXIMUM = 2048;
/** Buckets of a host's timeline: more than its small chart has columns. */
const BUCKETS = 60;

/**
 * Calls over time by host, or by capture where the host is not known. Of more hosts than are kept, the last by name are
 * left out, so that the order of reading does not matter.
 */
export class HostTimelines {
  readonly #maximum: number;
  readonly #timelines = new Map<string, Timeline>();
  /** Their names, sorted. */
  readonly #names: string[] = [];

  constructor(maximum = MAXIMUM) {
    this.#maximum = maximum;
  }

  add({ call, host, capture }: AttributedCall, kind: number): void {
    const name = scopeOf(host, capture);
    (this.#timelines.get(name) ?? this.#insert(name))?.add(call.time, kind);
  }

  /** Undefined for a host without a call, and for those left out. */
  get(name: string): Timeline | undefined {
    return this.#timelines.get(name);
  }

  #insert(name: string): Timeline | undefined {
    const isFull = this.#names.length >= this.#maximum;
    if (isFull && name > (this.#names.at(-1) ?? '')) return undefined;
    this.#names.splice(this.#placeOf(name), 0, name);
    if (isFull) this.#timelines.delete(this.#names.pop() ?? '');
    const timeline = new Timeline(BUCKETS);
    this.#timelines.set(name, timeline);
    return timeline;
  }

  /** Index of the first name that is greater. */
  #placeOf(name: string): number {
    let [low, high] = [0, this.#names.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#names[middle] ?? '') < name) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
