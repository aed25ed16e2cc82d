/** Characters that all callers may keep together: how many one asks for is an attacker's to choose. */
export class TextBudget {
  #left: number;

  constructor(characters: number) {
    this.#left = characters;
  }

  get left(): number {
    return this.#left;
  }

  /** Whether so many more may be kept; then they are counted. */
  take(characters: number): boolean {
    if (characters > this.#left) return false;
    this.#left -= characters;
    return true;
  }

  giveBack(characters: number): void {
    this.#left += characters;
  }
}

/**
 * Distinct values, as far as number and characters are allowed; sorted. Of more, the smallest are kept: the same
 * ones in whatever order they come.
 */
export class FewValues {
  readonly #maximum: number;
  readonly #budget: TextBudget;
  /** Most callers have one value: a set is made for the second. */
  #values: Set<string> | undefined;
  #last: string | undefined;
  /** Of as many as are kept. */
  #largest: string | undefined;
  #isWhole = true;

  constructor(maximum: number, budget: TextBudget) {
    this.#maximum = maximum;
    this.#budget = budget;
  }

  add(value: string): void {
    if (value === this.#last) return;
    if (this.#values?.has(value)) this.#last = value;
    else if (this.#largest === undefined && this.#budget.take(value.length)) this.#keep(value);
    else {
      this.#isWhole = false;
      if (this.#largest !== undefined) this.#replace(this.#largest, value);
    }
  }

  /** Whether every value that was added is among {@link values}. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** The values are not needed any more. */
  clear(): void {
    for (const value of this.values) this.#budget.giveBack(value.length);
    this.#values = undefined;
    this.#last = undefined;
    this.#largest = undefined;
  }

  get values(): string[] {
    if (this.#values !== undefined) return [...this.#values].sort();
    return this.#last === undefined ? [] : [this.#last];
  }

  #keep(value: string): void {
    if (this.#last !== undefined) {
      this.#values ??= new Set([this.#last]);
      this.#values.add(value);
      if (this.#values.size >= this.#maximum) this.#largest = largestOf(this.#values);
    }
    this.#last = value;
  }

  #replace(largest: string, value: string): void {
    if (value >= largest || !this.#budget.take(Math.max(0, value.length - largest.length))) return;
    this.#budget.giveBack(Math.max(0, largest.length - value.length));
    this.#values?.delete(largest);
    this.#keep(value);
  }
}

function largestOf(values: Iterable<string>): string | undefined {
  let largest: string | undefined;
  for (const value of values) if (largest === undefined || value > largest) largest = value;
  return largest;
}
