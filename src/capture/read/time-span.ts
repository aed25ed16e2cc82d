const DAY_SECONDS = 86_400;
/** Nobody captures for so long between two packets: the clock was set, or the time is damaged. */
const DECADE_DAYS = 3653;

/** A record whose time is not taken. */
export interface StrayTime {
  offset: number;
  packet: number;
  /** From the time of the record beside it. */
  days: number;
}

interface Doubt {
  high: number;
  low: number;
  offset: number;
  packet: number;
}

/**
 * The earliest and the latest of the times of records, which may stand in any order. One stamp that is
 * damaged would make decades of it: so a time that is more than a day later or earlier than all before it
 * is not taken until the next record agrees, and not at all if that is as far away in the same direction.
 * Of the first and the last record, which have one neighbour, certain is only what is a decade away.
 *
 * Times are two numbers, the lower counting up to `lowsPerHigh`, for 64 bits do not fit a double.
 */
export class TimeSpan {
  /** -1 while there is none. */
  firstHigh = -1;
  firstLow = -1;
  lastHigh = -1;
  lastLow = -1;
  readonly #lowsPerHigh: number;
  /** In units of the lower number. */
  readonly #day: number;
  #doubt: Doubt | undefined;
  /** The first record, while it is all that was taken. */
  #only: Doubt | undefined;

  constructor(lowsPerHigh: number, lowsPerSecond: number) {
    this.#lowsPerHigh = lowsPerHigh;
    this.#day = lowsPerSecond * DAY_SECONDS;
  }

  /** `lastHigh` where a time with the same and no smaller lower number needs only to be set as the last; otherwise -1. */
  get calmHigh(): number {
    return this.#doubt === undefined && this.#only === undefined ? this.lastHigh : -1;
  }

  /** @returns a record before this one, or the one before it, whose time turns out to be a stray */
  stamp(high: number, low: number, packet: number, offset: number): StrayTime | undefined {
    const stray = this.#doubt === undefined ? undefined : this.#judge(this.#doubt, high, low);
    if (high > this.lastHigh || (high === this.lastHigh && low > this.lastLow)) {
      if (this.lastHigh < 0) {
        this.#only = { high, low, packet, offset };
        this.#begin(high, low);
      } else if (this.#distance(high, low, this.lastHigh, this.lastLow) > this.#day) {
        this.#doubt = { high, low, packet, offset };
      } else {
        this.lastHigh = high;
        this.lastLow = low;
        this.#only = undefined;
      }
    } else if (high < this.firstHigh || (high === this.firstHigh && low < this.firstLow)) {
      if (this.#distance(this.firstHigh, this.firstLow, high, low) > this.#day) {
        this.#doubt = { high, low, packet, offset };
      } else {
        this.firstHigh = high;
        this.firstLow = low;
        this.#only = undefined;
      }
    } else this.#only = undefined;
    return stray;
  }

  /** No record follows. @returns the last one, where its time is a stray */
  end(): StrayTime | undefined {
    const doubt = this.#doubt;
    this.#doubt = undefined;
    if (doubt === undefined) return undefined;
    const [high, low] = this.#isLater(doubt)
      ? [this.lastHigh, this.lastLow]
      : [this.firstHigh, this.firstLow];
    const days = this.#days(doubt, high, low);
    if (days > DECADE_DAYS) return { offset: doubt.offset, packet: doubt.packet, days };
    this.#take(doubt);
    return undefined;
  }

  /** Whether it is at most a day from the latest time, or from one that is in doubt; of nothing, nothing is known. */
  isNear(high: number, low: number): boolean {
    if (this.lastHigh < 0) return true;
    const { lastHigh, lastLow } = this;
    return [{ high: lastHigh, low: lastLow }, this.#doubt].some(
      (time) => time !== undefined && Math.abs(this.#distance(high, low, time.high, time.low)) <= this.#day,
    );
  }

  /** @param high of the record behind it */
  #judge(doubt: Doubt, high: number, low: number): StrayTime | undefined {
    this.#doubt = undefined;
    const distance = this.#distance(doubt.high, doubt.low, high, low);
    if ((this.#isLater(doubt) ? distance : -distance) > this.#day) {
      return { offset: doubt.offset, packet: doubt.packet, days: this.#days(doubt, high, low) };
    }
    const only = this.#only;
    const days = only === undefined ? 0 : this.#days(only, doubt.high, doubt.low);
    if (only === undefined || days <= DECADE_DAYS) {
      this.#take(doubt);
      return undefined;
    }
    this.#begin(doubt.high, doubt.low);
    this.#only = undefined;
    return { offset: only.offset, packet: only.packet, days };
  }

  #take(doubt: Doubt): void {
    if (this.#isLater(doubt)) {
      this.lastHigh = doubt.high;
      this.lastLow = doubt.low;
    } else {
      this.firstHigh = doubt.high;
      this.firstLow = doubt.low;
    }
    this.#only = undefined;
  }

  #begin(high: number, low: number): void {
    this.firstHigh = this.lastHigh = high;
    this.firstLow = this.lastLow = low;
  }

  /** What is in doubt is later than all that was taken, or earlier. */
  #isLater({ high, low }: Doubt): boolean {
    return this.#distance(high, low, this.lastHigh, this.lastLow) > 0;
  }

  #days(from: Doubt, high: number, low: number): number {
    return Math.round(Math.abs(this.#distance(from.high, from.low, high, low)) / this.#day);
  }

  #distance(high: number, low: number, fromHigh: number, fromLow: number): number {
    return (high - fromHigh) * this.#lowsPerHigh + (low - fromLow);
  }
}
