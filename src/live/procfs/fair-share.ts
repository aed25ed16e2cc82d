/**
 * Places for what is under way. A client gets one as long as it has no more of them than are free: one
 * that floods takes half, two take a third each, and there is always one left for another.
 */
export class FairShare {
  readonly #places: number;
  readonly #taken = new Map<string, number>();
  #total = 0;

  constructor(places: number) {
    this.#places = places;
  }

  take(client: string): boolean {
    const own = this.#taken.get(client) ?? 0;
    if (own >= this.#places - this.#total) return false;
    this.#taken.set(client, own + 1);
    this.#total++;
    return true;
  }

  giveBack(client: string): void {
    const own = this.#taken.get(client);
    if (own === undefined) return;
    this.#total--;
    if (own === 1) this.#taken.delete(client);
    else this.#taken.set(client, own - 1);
  }
}
