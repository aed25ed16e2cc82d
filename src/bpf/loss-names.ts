/** A writer of ours has some twenty counters. */
const MAX_NAMES = 256;
const MAX_LENGTH = 64;

/** What turned-away counters are counted under. */
export const COUNTERS_REFUSED = 'records.counters_refused';

/**
 * Which names of counters from `losses` records are kept, in all sessions of a capture together: a
 * file may invent names without end, and each would stay until the report.
 */
export class LossNames {
  readonly #names = new Set<string>();

  /** Whether counters of this name are kept; the first names are. */
  admit(name: string): boolean {
    if (this.#names.has(name)) return true;
    if (name.length > MAX_LENGTH || this.#names.size >= MAX_NAMES) return false;
    this.#names.add(name);
    return true;
  }
}
