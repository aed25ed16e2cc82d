/** NTP slews both clocks alike: what moves one against the other by more was set, or the machine slept. */
const STEP_NS = 500_000_000n;

export interface Clocks {
  /** The machine's wall clock, which may be set, in nanoseconds since the epoch. */
  wall(): bigint;
  /** The session's, which is not, and runs on from its start. */
  session(): bigint;
  /** Time since boot, that of sleep included, in nanoseconds; as exact as it may be. */
  sinceBoot(): bigint;
}

export interface ClockNews {
  /** The wall clock was set; by so much it is ahead of what it was. */
  onStep(nanoseconds: bigint): void;
  /** The machine slept for so long: time of the session, in which its clock stood. */
  onSleep(nanoseconds: bigint): void;
}

/**
 * Compares the clocks. All times of a session, also the probe's, are by its wall clock at the start: a clock that
 * is set would end waits, and count as time under watch. That it was set is said, and counted in the journal.
 */
export class ClockWatch {
  readonly #clocks: Clocks;
  readonly #news: ClockNews;
  #ahead: bigint;
  #asleep: bigint;
  #steps = 0;

  constructor(clocks: Clocks, news: ClockNews) {
    this.#clocks = clocks;
    this.#news = news;
    this.#ahead = clocks.wall() - clocks.session();
    this.#asleep = clocks.sinceBoot() - clocks.session();
  }

  /** To be called now and then. The counters, where they have changed. */
  check(): Record<string, string> | undefined {
    const { wall, session, sinceBoot } = this.#clocks;
    const slept = sinceBoot() - session() - this.#asleep;
    if (slept > STEP_NS) {
      this.#news.onSleep(slept);
      this.#asleep = sinceBoot() - session();
    }
    const step = wall() - session() - this.#ahead;
    if (step < STEP_NS && step > -STEP_NS) return undefined;
    this.#ahead += step;
    this.#steps++;
    this.#news.onStep(step);
    return { 'clock.steps': String(this.#steps) };
  }
}
