/**
 * What somebody made of an object, kept in the object: as a WeakMap, whose table is large and seldom in the
 * processor's cache. For objects that nobody copies or shows.
 */
export class Beside<T> {
  readonly #key = Symbol();

  of(object: object): T | undefined {
    return (object as Record<symbol, T | undefined>)[this.#key];
  }

  put(object: object, made: T): void {
    (object as Record<symbol, T>)[this.#key] = made;
  }
}
