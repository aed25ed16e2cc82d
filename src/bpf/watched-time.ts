import type { Nanoseconds, Watch } from '../model.ts';
import type { Session } from './session.ts';

/**
 * From when until when the session of a capture watched, as far as its files are there: of some that are not, as the
 * oldest of a ring are deleted, nobody knows what was in them. Then it is the time behind the last that is missing.
 */
export class WatchedTime {
  #session: Session | undefined;
  /** Of the files that were read, the number of the last. */
  #part = 0;
  #from: Nanoseconds | undefined;
  #to: Nanoseconds | undefined;
  /** Another session follows in the same capture: what is told of the whole capture is of the first alone. */
  #isOver = false;

  /** A session begins. */
  begin(session: Session): void {
    if (this.#session !== undefined) {
      this.#isOver = true;
      return;
    }
    this.#session = session;
    this.#from = session.began;
    this.#to = session.began;
  }

  /**
   * A file of the session begins, its first as well.
   *
   * @returns the first and the last that are missing between it and the one before; undefined for none
   */
  file(part: number): readonly [first: number, last: number] | undefined {
    if (this.#isOver) return undefined;
    const next = this.#part + 1;
    this.#part = Math.max(this.#part, part);
    if (part <= next) return undefined;
    this.#from = undefined;
    this.#to = undefined;
    return [next, part - 1];
  }

  /** The session says that it watched at that time. */
  at(time: Nanoseconds): void {
    if (this.#isOver || this.#session === undefined) return;
    this.#from ??= time;
    if (this.#to === undefined || time > this.#to) this.#to = time;
  }

  /** Nothing of it is of this capture. */
  discard(): void {
    this.#isOver = true;
    this.#from = undefined;
  }

  get watch(): Watch | undefined {
    if (this.#from === undefined || this.#to === undefined) return undefined;
    return { from: this.#from, to: this.#to, bootTime: this.#session?.bootTime };
  }
}
