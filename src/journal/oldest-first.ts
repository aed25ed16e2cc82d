/**
 * A Map that knows its oldest entry. Asking a Map for its first one passes over all that was deleted
 * in front of it, which makes a full table slow; this passes over each entry once.
 */
export class OldestFirst<K, V> {
  readonly #map = new Map<K, V>();
  /** Everything in front of it is deleted, but for `#oldest`. */
  #cursor = this.#map.keys();
  #oldest: { key: K } | undefined;

  get size(): number {
    return this.#map.size;
  }

  get(key: K): V | undefined {
    return this.#map.get(key);
  }

  has(key: K): boolean {
    return this.#map.has(key);
  }

  /** A key that is there keeps its place. */
  set(key: K, value: V): void {
    this.#map.set(key, value);
  }

  delete(key: K): boolean {
    if (this.#oldest !== undefined && this.#oldest.key === key) this.#oldest = undefined;
    return this.#map.delete(key);
  }

  clear(): void {
    this.#map.clear();
    this.#oldest = undefined;
  }

  /** The key that was set before all others. */
  get oldest(): K | undefined {
    if (this.#map.size === 0) return undefined;
    while (this.#oldest === undefined) {
      const next = this.#cursor.next();
      // What was set after the cursor had come to the end is not seen by it.
      if (next.done === true) this.#cursor = this.#map.keys();
      else this.#oldest = { key: next.value };
    }
    return this.#oldest.key;
  }
}
