import { createHash } from 'node:crypto';

/** Lines that are compared; a part of a log with more in its first second is taken for one that goes on. */
const MAX_LINES = 4096;

/** Lines of the second in which a file of the log begins. */
export class LogHead {
  readonly second: number;
  /** Of its first line, of its first two, and so on. */
  readonly digests: string[] = [];
  /** The file goes on behind that second. */
  goesOn = false;

  constructor(second: number) {
    this.second = second;
  }

  add(line: string, second: number): void {
    if (second !== this.second || this.digests.length === MAX_LINES) this.goesOn = true;
    if (this.goesOn) return;
    const digest = createHash('sha256')
      .update(`${this.digests.at(-1) ?? ''}\n${line}`)
      .digest('base64');
    this.digests.push(digest);
  }
}

/** Where a file of the log begins. */
export interface LogOpening {
  second: number;
  /** Of a log that was rolled over several times within that second, which part; 0 where there is no other. */
  part: number;
}

/**
 * Tells parts of a log from copies, among files that begin in the same second: a file that another one begins with is
 * an earlier copy of it. Of the others, one at most goes on behind that second; the rest were rolled over within it.
 */
export function openingsOf(heads: readonly (LogHead | undefined)[]): (LogOpening | undefined)[] {
  const seconds = new Map<number, LogHead[]>();
  for (const head of heads) {
    if (head === undefined) continue;
    const there = seconds.get(head.second);
    if (there === undefined) seconds.set(head.second, [head]);
    else there.push(head);
  }
  const parts = new Map<LogHead, number>();
  for (const there of seconds.values()) number(there, parts);
  return heads.map((head) => head && { second: head.second, part: parts.get(head) ?? 0 });
}

function number(heads: readonly LogHead[], parts: Map<LogHead, number>): void {
  const groups = new Groups();
  const whole = new Map<string, LogHead>();
  for (const head of heads) if (!head.goesOn) whole.set(head.digests.at(-1) ?? '', head);
  const longest = heads.find(({ goesOn }) => goesOn);
  for (const head of heads) {
    if (head.goesOn && longest !== undefined) groups.join(head, longest);
    for (const digest of head.digests) {
      const copy = whole.get(digest);
      if (copy !== undefined) groups.join(head, copy);
    }
  }
  const numbers = new Map<LogHead, number>();
  for (const head of heads) {
    const first = groups.firstOf(head);
    if (!numbers.has(first)) numbers.set(first, numbers.size);
    parts.set(head, numbers.get(first) ?? 0);
  }
}

/** Heads that are of one part of a log, be it through others. */
class Groups {
  readonly #next = new Map<LogHead, LogHead>();

  firstOf(head: LogHead): LogHead {
    let first = head;
    for (let next = this.#next.get(first); next !== undefined; next = this.#next.get(first)) first = next;
    return first;
  }

  join(one: LogHead, other: LogHead): void {
    const [a, b] = [this.firstOf(one), this.firstOf(other)];
    if (a !== b) this.#next.set(a, b);
  }
}
