const NANOSECONDS = 1_000_000_000;
const MICROSECOND_RESOLUTION = 6;
/** Above that, the remainder times 65,536 is no exact double any more. */
const MAX_EXACT_DIVISOR = 2 ** 36;

/** Years 0000 to 9999, which is what RFC 3339 can write: no clock of a capture is beyond. */
const EARLIEST_SECOND = Date.parse('0000-01-01T00:00:00Z') / 1000;
const LATEST_SECOND = Date.parse('9999-12-31T23:59:59Z') / 1000;

/** Turns the 64-bit ticks of an interface into seconds and nanoseconds, exactly. */
export class Timescale {
  seconds = 0;
  nanoseconds = 0;
  /** Some time was before the year 0000 or after 9999, and was taken for the first or last moment of these. */
  outOfRange = false;
  readonly ticksPerSecond: number;
  readonly #nanosecondsPerTick: number;
  readonly #wideTicksPerSecond: bigint;
  readonly #offset: number;

  /**
   * @param resolution if_tsresol: a negative power of ten or, with the highest bit, of two
   * @param offset if_tsoffset: seconds to be added
   */
  constructor(resolution: number = MICROSECOND_RESOLUTION, offset = 0) {
    const exponent = resolution & 0x7f;
    const decimal = (resolution & 0x80) === 0;
    this.ticksPerSecond = (decimal ? 10 : 2) ** exponent;
    this.#wideTicksPerSecond = (decimal ? 10n : 2n) ** BigInt(exponent);
    this.#nanosecondsPerTick = NANOSECONDS / this.ticksPerSecond;
    this.#offset = offset;
  }

  /** Sets `seconds` and `nanoseconds`; fractions of a nanosecond are cut off. */
  set(high: number, low: number): void {
    this.#setExactly(high, low);
    if (this.seconds >= EARLIEST_SECOND && this.seconds <= LATEST_SECOND) return;
    const early = this.seconds < EARLIEST_SECOND;
    this.seconds = early ? EARLIEST_SECOND : LATEST_SECOND;
    this.nanoseconds = early ? 0 : NANOSECONDS - 1;
    this.outOfRange = true;
  }

  #setExactly(high: number, low: number): void {
    const divisor = this.ticksPerSecond;
    if (divisor > MAX_EXACT_DIVISOR || !Number.isInteger(this.#nanosecondsPerTick)) {
      this.#setWide(high, low);
      return;
    }
    // Long division by 16-bit digits: 64 bits do not fit a double, and a BigInt per packet costs.
    let quotient = 0;
    let remainder = 0;
    for (const digit of [high >>> 16, high & 0xffff, low >>> 16, low & 0xffff]) {
      remainder = remainder * 65_536 + digit;
      const part = Math.floor(remainder / divisor);
      quotient = quotient * 65_536 + part;
      remainder -= part * divisor;
    }
    this.seconds = quotient + this.#offset;
    this.nanoseconds = remainder * this.#nanosecondsPerTick;
  }

  #setWide(high: number, low: number): void {
    const ticks = (BigInt(high) << 32n) | BigInt(low);
    this.seconds = Number(ticks / this.#wideTicksPerSecond) + this.#offset;
    this.nanoseconds = Number(
      ((ticks % this.#wideTicksPerSecond) * BigInt(NANOSECONDS)) / this.#wideTicksPerSecond,
    );
  }
}
