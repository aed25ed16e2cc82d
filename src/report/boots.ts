import type { Host, Nanoseconds, Watch } from '../model.ts';

/** Of one host: more of them no machine has in the days that are kept. */
const MAX_BOOTS = 1024;
const MAX_NAMES = 64;
const NAMED = 3;
/** The clock that the time of boot is by may be set soon after it: most likely by less than that. */
const SLACK = 300_000_000_000n;

interface Boot {
  from: Nanoseconds;
  to: Nanoseconds;
}

/**
 * Whether what goes by one id of a host is one machine. A machine is booted anew only when it runs no more: two boots
 * at the same time are two machines, made of one image with /etc/machine-id in it.
 */
export class Boots {
  readonly #boots = new Map<string, Boot>();
  readonly #names = new Set<string>();
  #hasMore = false;

  /** A recording of the host, whether it is of the time that is reported or not. */
  add(host: Host | undefined, { from, to, bootTime = from }: Watch): void {
    if (host?.name !== undefined && this.#names.size < MAX_NAMES) this.#names.add(host.name);
    // Where the clock was set meanwhile, the time of boot is none.
    if (host?.bootId === undefined || bootTime > from) return;
    const known = this.#boots.get(host.bootId);
    if (known !== undefined) {
      if (bootTime < known.from) known.from = bootTime;
      if (to > known.to) known.to = to;
    } else if (this.#boots.size < MAX_BOOTS) this.#boots.set(host.bootId, { from: bootTime, to });
    else this.#hasMore = true;
  }

  /** What is not proven of a host that is several machines; undefined where it is one, as far as is known. */
  get gap(): string | undefined {
    if (!this.#areSeveral) return undefined;
    const names = [...this.#names].sort();
    const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
    const named = names.length > 1 ? ` (${names.slice(0, NAMED).join(', ')}${more})` : '';
    const apart = names.length > 1 ? '--host NAME, or the files of each' : 'the files of each';
    return `Several machines${named} are taken for one: they ran at the same time with the same id, as those that are made of one image with /etc/machine-id in it. Report each apart: ${apart}.`;
  }

  get #areSeveral(): boolean {
    let last: Nanoseconds | undefined;
    for (const { from, to } of [...this.#boots.values()].sort((a, b) => (a.from < b.from ? -1 : 1))) {
      if (last !== undefined && from + SLACK < last) return true;
      if (last === undefined || to > last) last = to;
    }
    return this.#hasMore;
  }
}
