/**
 * What waits, by client: each takes its turn, so that one that floods holds up itself. Of one client the
 * latest is next, since who began to wait first is the likeliest to be gone.
 */
export class FairQueue<T> {
  /** Whose turn it is stands first. */
  readonly #clients = new Map<string, T[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(client: string, item: T): void {
    const items = this.#clients.get(client);
    if (items === undefined) this.#clients.set(client, [item]);
    else items.push(item);
    this.#size++;
  }

  /** Up to so many, one of each client in turn. */
  take(most: number): T[] {
    const taken: T[] = [];
    // A Map's iterator also passes what is set behind it: clients that had their turn come again.
    for (const [client, items] of this.#clients) {
      if (taken.length >= most) break;
      this.#clients.delete(client);
      taken.push(...items.splice(-1));
      this.#size--;
      if (items.length > 0) this.#clients.set(client, items);
    }
    return taken;
  }
}
