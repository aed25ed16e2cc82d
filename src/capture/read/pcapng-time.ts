const NANOSECONDS = 1_000_000_000;
const MICROSECOND_RESOLUTION = 6;
/** Above that, the remainder times 65,536 is no exact double any more. */
const MAX_EXACT_DIVISOR = 2 ** 36;

/** Turns the 64-bit ticks of an interface into seconds and nanoseconds, exactly. */
export class Timescale {
  seconds = 0;
  nanoseconds = 0;
  readonly #ticksPerSecond: number;
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
    this.#ticksPerSecond = (decimal ? 10 : 2) ** exponent;
    this.#wideTicksPerSecond = (decimal ? 10n : 2n) ** BigInt(exponent);
    this.#nanosecondsPerTick = NANOSECONDS / this.#ticksPerSecond;
    this.#offset = offset;
  }

  /** Sets `seconds` and `nanoseconds`; fractions of a nanosecond are cut off. */
  set(high: number, low: number): void {
    const divisor = this.#ticksPerSecond;
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
