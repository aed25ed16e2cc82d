import { appendFileSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { LiveEvent } from '../live/session.ts';
import type { Ledger } from './ledger.ts';

const EVENTS = /^imds-calls\.jsonl(\.\d+)?$/;

/** A writer that is behind still writes to the file that was moved away. */
const LEFT_ALONE_MS = 10_000;

interface SessionLine {
  event: { dataset?: string; end: string };
  imds: { session: string; calls_unwritten?: number; losses?: Record<string, number> };
}

/** Moves the log away as logrotate does, reads it, and keeps a copy elsewhere. */
export class Collector {
  /** By session: its latest line. */
  readonly #sessions = new Map<string, SessionLine>();
  rotations = 0;
  /** Lines that are no JSON: of a process that was killed while it wrote. */
  torn = 0;
  /** Not read yet. */
  readonly #moved: { path: string; at: number }[] = [];
  readonly #folder: string;
  readonly #copy: string;
  readonly #ledger: Ledger;

  /** @param copy file of all events */
  constructor(folder: string, copy: string, ledger: Ledger) {
    this.#folder = folder;
    this.#copy = copy;
    this.#ledger = ledger;
  }

  /** @param reopen tells the writer, which goes on in the old file until it is done with that */
  rotate(reopen: () => void): void {
    const now = Date.now();
    for (const path of this.#move()) this.#moved.push({ path, at: now });
    reopen();
    this.rotations++;
    while ((this.#moved[0]?.at ?? now) < now - LEFT_ALONE_MS) this.#read(this.#moved.shift()?.path ?? '');
  }

  /** The writer has ended. */
  finish(): void {
    for (const path of [...this.#moved.map(({ path }) => path), ...this.#move()]) this.#read(path);
  }

  /** What each session says was lost, summed. */
  get losses(): Record<string, number> {
    const sum: Record<string, number> = {};
    for (const { imds } of this.#sessions.values()) {
      const { calls_unwritten: unwritten = 0, losses = {} } = imds;
      for (const [name, count] of Object.entries({ ...losses, 'calls not written': unwritten })) {
        if (count > 0) sum[name] = (sum[name] ?? 0) + count;
      }
    }
    return sum;
  }

  #move(): string[] {
    const names = readdirSync(this.#folder).filter((name) => EVENTS.test(name));
    return names.map((name) => {
      const to = join(this.#folder, `moved-${this.rotations}-${name}`);
      renameSync(join(this.#folder, name), to);
      return to;
    });
  }

  #read(path: string): void {
    const text = readFileSync(path, 'utf8');
    appendFileSync(this.#copy, text.endsWith('\n') || text === '' ? text : `${text}\n`);
    for (const line of text.split('\n').filter(Boolean)) this.#line(line);
    rmSync(path);
  }

  #line(line: string): void {
    let json: LiveEvent & SessionLine;
    try {
      json = JSON.parse(line);
    } catch {
      this.torn++;
      return;
    }
    if (json.event.dataset !== 'imds.sessions') {
      this.#ledger.logged(json);
      return;
    }
    const before = this.#sessions.get(json.imds.session);
    if (before === undefined || before.event.end < json.event.end)
      this.#sessions.set(json.imds.session, json);
  }
}
