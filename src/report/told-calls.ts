import type { Day, DayCount } from '../callers/days.ts';
import { DAY_NS, dayOf, dayStart } from '../callers/days.ts';
import type { Nanoseconds } from '../model.ts';

/** Sessions, and days, that are told apart of all hosts together. */
const MAX_SESSIONS = 65_536;
const MAX_DAYS = 131_072;
/** v1 and unknown, the first of all kinds: the calls that speak against a host. */
const KINDS_AGAINST = 2;

/** Room for what is told of all hosts. */
export class ToldRoom {
  sessions = MAX_SESSIONS;
  days = MAX_DAYS;
}

/** What a session counted while it watched. */
export interface CountedSession {
  session: string;
  from: Nanoseconds;
  to: Nanoseconds;
  /** By kind, of those that speak against a host. */
  counts: readonly number[];
}

/**
 * Calls of one host that somebody tells of, be they reported, ignored or outside of the time that is asked about: what
 * its sessions counted beyond was lost with files that were rolled away. Events tell their session; inventories and
 * reports tell days alone.
 */
export class ToldCalls {
  readonly #room: ToldRoom;
  /** Of events. */
  readonly #sessions = new Map<string, number[]>();
  #lastSession: string | undefined;
  #last: number[] | undefined;
  /** Beyond the events, within the time that is reported. */
  readonly #within: Days;
  /** Of events, and of inventories, before that time: these may be the same calls. */
  readonly #eventsBefore: Days;
  readonly #before: Days;
  /** Of reports before that time, which may be the same, too. */
  readonly #reportsBefore: Days;

  constructor(room: ToldRoom) {
    this.#room = room;
    this.#within = new Days(room);
    this.#eventsBefore = new Days(room);
    this.#before = new Days(room);
    this.#reportsBefore = new Days(room);
  }

  event(session: string, kind: number): void {
    if (session !== this.#lastSession) {
      this.#last = this.#of(session);
      this.#lastSession = session;
    }
    if (this.#last !== undefined) this.#last[kind] = (this.#last[kind] ?? 0) + 1;
  }

  /** An event from before the time that is reported. */
  eventBefore(time: Nanoseconds, kind: number): void {
    const counts = this.#eventsBefore.of(dayOf(Number(time)));
    if (counts !== undefined) counts[kind] = (counts[kind] ?? 0) + 1;
  }

  /** Calls within the time that is reported, and in no event. */
  add(days: readonly DayCount[]): void {
    for (const { day, counts } of days) this.#within.add(day, counts);
  }

  /** Calls before that time, of one inventory: of several, the one that has the most of a day is taken. */
  raiseBefore(days: readonly DayCount[]): void {
    for (const { day, counts } of days) this.#before.raise(day, counts);
  }

  /** Calls before that time that a report counted. */
  reportedBefore(days: readonly DayCount[]): void {
    for (const { day, counts } of days) this.#reportsBefore.add(day, counts);
  }

  /** Whether reports have such calls from before that time: they are not held against sessions, for two may have the same. */
  areReported(kind: 0 | 1): boolean {
    return this.#reportsBefore.all().some(({ counts }) => (counts[kind] ?? 0) > 0);
  }

  /** Calls before the time that is reported of which inventories alone tell. */
  countBefore(): number {
    const beyond = this.#beyond([this.#eventsBefore, this.#reportsBefore]);
    return beyond.reduce((sum, { counts }) => sum + counts[0] + counts[1], 0);
  }

  /**
   * Calls that the sessions counted and that nobody tells of. A session's count has no times: what is missing may lie
   * anywhere in it. A call of which the day alone is known is taken for one of a session of that day.
   */
  missing(sessions: readonly CountedSession[], kind: 0 | 1): number {
    const lacking = sessions
      .map(({ session, from, to, counts }) => ({
        from,
        to,
        lacks: (counts[kind] ?? 0) - (this.#sessions.get(session)?.[kind] ?? 0),
      }))
      .filter(({ lacks }) => lacks > 0)
      .sort((a, b) => (a.to < b.to ? -1 : Number(a.to > b.to)));
    if (lacking.length === 0) return 0;
    for (const { day, counts } of [...this.#within.all(), ...this.#beyond([this.#eventsBefore])].sort(
      byDay,
    )) {
      const start = dayStart(day);
      let left = counts[kind] ?? 0;
      // Of those that watched on that day, the one that ends first has the fewest days that may help it.
      for (const session of lacking) {
        if (left === 0) break;
        if (session.from >= start + DAY_NS || session.to < start) continue;
        const found = Math.min(left, session.lacks);
        session.lacks -= found;
        left -= found;
      }
    }
    return lacking.reduce((sum, { lacks }) => sum + lacks, 0);
  }

  /** What inventories tell of the time before beyond what others do. */
  #beyond(others: readonly Days[]): { day: Day; counts: [number, number] }[] {
    // What was turned away might be the same calls.
    if (others.some(({ isCut }) => isCut)) return [];
    return this.#before.all().map(({ day, counts: [v1 = 0, unknown = 0] }) => {
      const known = (kind: number) => others.reduce((sum, days) => sum + (days.get(day)?.[kind] ?? 0), 0);
      return { day, counts: [Math.max(0, v1 - known(0)), Math.max(0, unknown - known(1))] };
    });
  }

  #of(session: string): number[] | undefined {
    const known = this.#sessions.get(session);
    if (known !== undefined || this.#room.sessions === 0) return known;
    this.#room.sessions--;
    const counts = [0, 0];
    this.#sessions.set(session, counts);
    return counts;
  }
}

function byDay(a: DayCount, b: DayCount): number {
  return a.day - b.day;
}

/** Calls by day. */
class Days {
  readonly #room: ToldRoom;
  readonly #days = new Map<Day, number[]>();
  /** Some day was turned away. */
  isCut = false;

  constructor(room: ToldRoom) {
    this.#room = room;
  }

  add(day: Day, counts: readonly number[]): void {
    this.#join(day, counts, (a, b) => a + b);
  }

  raise(day: Day, counts: readonly number[]): void {
    this.#join(day, counts, Math.max);
  }

  get(day: Day): readonly number[] | undefined {
    return this.#days.get(day);
  }

  all(): DayCount[] {
    return [...this.#days].map(([day, counts]) => ({ day, counts }));
  }

  of(day: Day): number[] | undefined {
    const known = this.#days.get(day);
    if (known !== undefined) return known;
    if (this.#room.days === 0) {
      this.isCut = true;
      return undefined;
    }
    this.#room.days--;
    const counts = [0, 0];
    this.#days.set(day, counts);
    return counts;
  }

  #join(day: Day, more: readonly number[], join: (a: number, b: number) => number): void {
    const against = more.slice(0, KINDS_AGAINST);
    if (against.every((count) => count === 0)) return;
    const counts = this.of(day);
    for (const [kind, count] of against.entries()) if (counts) counts[kind] = join(counts[kind] ?? 0, count);
  }
}
