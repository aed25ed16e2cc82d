import { FewValues, type TextBudget } from './few-values.ts';

/** As many as of other values. */
const MAX_NAMES = 8;

/**
 * How the host of a row was called when its calls were made: machines that are made of one image may share an id, and
 * then stand below the name of one of them. Most rows have one name, which takes nothing of the budget.
 */
export class CalledNames {
  readonly #budget: TextBudget;
  #first: string | undefined;
  #all: FewValues | undefined;

  constructor(budget: TextBudget) {
    this.#budget = budget;
  }

  add(name: string | undefined): void {
    if (name === this.#first || name === undefined) return;
    if (this.#first === undefined) {
      this.#first = name;
      return;
    }
    if (this.#all === undefined) {
      this.#all = new FewValues(MAX_NAMES, this.#budget);
      this.#all.add(this.#first);
    }
    this.#all.add(name);
  }

  clear(): void {
    this.#all?.clear();
  }

  /** Sorted. */
  get values(): readonly string[] {
    return this.#all?.values ?? (this.#first === undefined ? [] : [this.#first]);
  }
}
