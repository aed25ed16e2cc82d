/** So many may be deleted, besides as many as there are, before the cursor is given up. */
const SLACK = 1024;

/**
 * A Map that knows its oldest entry. Asking a Map for its first one passes over all that was deleted
 * in front of it, which makes a full table slow; this passes over each entry once, or twice.
 */
export class OldestFirst<K, V> {
  readonly #map = new Map<K, V>();
  /**
   * Everything in front of it is deleted, but for `#oldest`. V8 keeps what a Map held when an iterator
   * last moved, and all that it held since: one that stands still keeps every entry there ever was.
   */
  #cursor: MapIterator<K> | undefined;
  #oldest: { key: K } | undefined;
  /** Since the cursor was made. */
  #deleted = 0;

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
    if (!this.#map.delete(key)) return false;
    if (++this.#deleted > this.#map.size + SLACK) this.#cursor = undefined;
    return true;
  }

  clear(): void {
    this.#map.clear();
    this.#cursor = undefined;
    this.#oldest = undefined;
  }

  /** The key that was set before all others. */
  get oldest(): K | undefined {
    if (this.#map.size === 0) return undefined;
    while (this.#oldest === undefined) {
      this.#cursor ??= this.#newCursor();
      const next = this.#cursor.next();
      // What was set after the cursor had come to the end is not seen by it.
      if (next.done === true) this.#cursor = undefined;
      else this.#oldest = { key: next.value };
    }
    return this.#oldest.key;
  }

  #newCursor(): MapIterator<K> {
    this.#deleted = 0;
    return this.#map.keys();
  }
}
