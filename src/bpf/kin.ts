import type { ProcessId } from '../model.ts';

/** Parents whose children share a list. Few start nearly all of the processes at a time. */
const MAX_PARENTS = 256;

/**
 * Lists of ancestors, each kept once for all children of a parent: ten thousand short-lived processes of
 * one script have the same dozen ancestors, which would be nine tenths of what is kept of them.
 */
export class Kin<T extends ProcessId> {
  readonly #isSame: (a: T, b: T) => boolean;
  readonly #lists = new Map<string, T[]>();

  constructor(isSame: (a: T, b: T) => boolean) {
    this.#isSame = isSame;
  }

  /** This list, or an earlier one that says the same. It is not to be changed. */
  share(ancestors: T[]): T[] {
    const [parent] = ancestors;
    if (parent === undefined) return ancestors;
    const key = `${parent.pid} ${parent.start}`;
    const known = this.#lists.get(key);
    if (known !== undefined && this.#agree(known, ancestors)) return known;
    if (known === undefined && this.#lists.size >= MAX_PARENTS) this.#lists.clear();
    this.#lists.set(key, ancestors);
    return ancestors;
  }

  #agree(a: readonly T[], b: readonly T[]): boolean {
    return (
      a.length === b.length &&
      a.every((each, i) => {
        const other = b[i];
        return other !== undefined && this.#isSame(each, other);
      })
    );
  }
}
