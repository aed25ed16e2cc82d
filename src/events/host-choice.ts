import { countOf } from '../words.ts';

/** Other hosts whose names are kept, to be told where none of those that are wanted is there. */
const MAX_OTHERS = 10;
/** Hosts whose ids are kept: a name is asked for, and who has the id may have had others. */
const MAX_IDS = 1024;
const IDS_TOLD = 10;

/** The hosts of which a report is. Names of hosts are the same in either case (RFC 4343). */
export class HostChoice {
  readonly #wanted: ReadonlyMap<string, string>;
  readonly #unseen: Set<string>;
  readonly #others = new Set<string>();
  /** Names of hosts that are wanted by their id. */
  readonly #names = new Set<string>();
  #lastName: string | undefined;
  #hasMore = false;
  /** Of hosts that are wanted by their name, and of those that are not: one name of each. */
  readonly #wantedIds = new Map<string, string>();
  readonly #otherIds = new Map<string, string>();
  #lastWantedId: string | undefined;
  #lastOtherId: string | undefined;

  /** @param wanted names or ids */
  constructor(wanted: readonly string[]) {
    this.#wanted = new Map(wanted.map((name) => [name.toLowerCase(), name]));
    this.#unseen = new Set(this.#wanted.keys());
  }

  has(name: string | undefined, id: string | undefined): boolean {
    if (this.#isWanted(name)) {
      if (id !== this.#lastWantedId) this.#lastWantedId = keepId(this.#wantedIds, id, name);
      return true;
    }
    const isWanted = this.#isWanted(id);
    if (!isWanted) {
      this.#keep(name ?? id);
      if (id !== this.#lastOtherId) this.#lastOtherId = keepId(this.#otherIds, id, name);
    } else if (name !== this.#lastName) this.#learn(name);
    return isWanted;
  }

  /**
   * Of a caller that was counted before: by the id of its host, where it has one, else by the name.
   *
   * @param ids of hosts with that name
   */
  hasCaller(name: string | undefined, id: string | undefined, ids: readonly string[]): boolean {
    // The id stands in place of a name, where there is none.
    return id === undefined ? this.hasNamed(name, ids) : this.has(name === id ? undefined : name, id);
  }

  /**
   * Of a caller that was counted before, and has no more than the name of its host.
   *
   * @param ids of hosts with that name; where none is known, what was read before tells whose name it is
   */
  hasNamed(name: string | undefined, ids: readonly string[]): boolean {
    const isWanted = this.#isWanted(name) || ids.some((id) => this.#isWanted(id));
    const isKnown = ids.length === 0 && name !== undefined && this.#names.has(name.toLowerCase());
    if (!isWanted && !isKnown) this.#keep(name);
    return isWanted || isKnown;
  }

  #learn(name: string | undefined): void {
    this.#lastName = name;
    if (name !== undefined) this.#names.add(name.toLowerCase());
  }

  /** One for each that is wanted and was not met, with what is there instead; and for those that have other names. */
  get notes(): string[] {
    const unseen = [...this.#unseen].map(
      (key) => `nothing is of host ${this.#wanted.get(key)}; ${this.#thereIs}`,
    );
    return [...unseen, ...this.#renamed.slice(0, IDS_TOLD)];
  }

  /** One that got its name late, as at its first boot, is one host to a report that nobody asked for a name. */
  get #renamed(): string[] {
    return [...this.#wantedIds].flatMap(([id, name]) => {
      const other = this.#otherIds.get(id);
      if (other === undefined) return [];
      return `the host with the id of ${name} is called ${other}, too, and what it did by that name is left out; --host ${id} takes all of it`;
    });
  }

  get #thereIs(): string {
    if (this.#others.size === 0) return 'no other host is named';
    const names = [...this.#others].sort().join(', ');
    return this.#hasMore
      ? `among the others are ${names}`
      : `${countOf(this.#others.size, 'other')}: ${names}`;
  }

  #isWanted(text: string | undefined): boolean {
    const key = text?.toLowerCase();
    if (key === undefined || !this.#wanted.has(key)) return false;
    this.#unseen.delete(key);
    return true;
  }

  #keep(name: string | undefined): void {
    if (name === undefined || this.#others.has(name)) return;
    if (this.#others.size < MAX_OTHERS) this.#others.add(name);
    else this.#hasMore = true;
  }
}

/** @returns the id */
function keepId(ids: Map<string, string>, id: string | undefined, name: string | undefined) {
  if (id !== undefined && name !== undefined && ids.size < MAX_IDS && !ids.has(id)) ids.set(id, name);
  return id;
}
