import { countOf } from '../words.ts';

/** Other hosts whose names are kept, to be told where none of those that are wanted is there. */
const MAX_OTHERS = 10;

/** The hosts of which a report is. Names of hosts are the same in either case (RFC 4343). */
export class HostChoice {
  readonly #wanted: ReadonlyMap<string, string>;
  readonly #unseen: Set<string>;
  readonly #others = new Set<string>();
  #hasMore = false;

  /** @param wanted names or ids */
  constructor(wanted: readonly string[]) {
    this.#wanted = new Map(wanted.map((name) => [name.toLowerCase(), name]));
    this.#unseen = new Set(this.#wanted.keys());
  }

  has(name: string | undefined, id: string | undefined): boolean {
    const isWanted = this.#isWanted(name) || this.#isWanted(id);
    if (!isWanted) this.#keep(name ?? id);
    return isWanted;
  }

  /** One for each that is wanted and was not met, with what is there instead. */
  get notes(): string[] {
    return [...this.#unseen].map((key) => `nothing is of host ${this.#wanted.get(key)}; ${this.#thereIs}`);
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
