import type { Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { InputError } from '../errors.ts';
import type { AttributedCall, Nanoseconds, Problem } from '../model.ts';
import { EventLineParser } from './event-line.ts';
import { readLines } from './lines.ts';

/** A file that has events in it. */
export interface EventFile {
  /** As the user named it, or below the folder that they named. */
  path: string;
  /** Bytes as they are on disk. */
  size: number;
  /** Of its first event. */
  firstTime: Nanoseconds;
  /** A log, imds-trace.log, and not events. */
  isLog: boolean;
}

export interface FoundFiles {
  /** By their first events. */
  files: EventFile[];
  /** Of files that could not be used; the others are. */
  problems: Problem[];
}

/** Folders of hosts below a folder, and what is in them; deeper ones are not searched. */
const MAX_DEPTH = 4;
const MAX_NAMED = 3;
/** Lines at a file's head among which an event must be. */
const LOOKED_AT = 16;
const REMEDY = 'Name a file that `imds live` or `imds analyze --jsonl` wrote, or a folder of such files.';

/** The files of saved events behind paths: files, and folders with what is below them. A file counts once. */
export async function findEventFiles(paths: readonly string[]): Promise<FoundFiles> {
  const finder = new Finder();
  for (const path of paths) await finder.path(path);
  const byTime = (a: EventFile, b: EventFile) =>
    a.firstTime < b.firstTime ? -1 : Number(a.firstTime > b.firstTime);
  return { files: finder.files.sort(byTime), problems: finder.problems };
}

class Finder {
  files: EventFile[] = [];
  readonly problems: Problem[] = [];
  readonly #seen = new Set<string>();

  async path(path: string): Promise<void> {
    try {
      const stats = await stat(path);
      if (!stats.isDirectory()) {
        if (!(await this.#take(path, stats))) this.problems.push(noEvents(path));
        return;
      }
      const others = await this.#folder(path, 0);
      if (this.files.every((file) => !file.path.startsWith(path))) throw nothingIn(path);
      if (others.length > 0) this.problems.push(skipped(path, others));
    } catch (error) {
      this.problems.push(problemOf(path, error));
    }
  }

  /** @returns names of files in it that hold no events */
  async #folder(folder: string, depth: number): Promise<string[]> {
    const others: string[] = [];
    const entries = await readdir(folder, { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(folder, entry.name);
      // Links are not followed: a folder may be one that others can write to.
      if (entry.isDirectory() && depth < MAX_DEPTH) others.push(...(await this.#folder(path, depth + 1)));
      if (!entry.isFile()) continue;
      try {
        if (!(await this.#take(path, await stat(path)))) others.push(basename(path));
      } catch (error) {
        this.problems.push(problemOf(path, error));
      }
    }
    this.#dropLogs(folder);
    return others;
  }

  /** Where the calls of a log are there as events too, these say more, and each call is to count once. */
  #dropLogs(folder: string): void {
    const isHere = ({ path }: EventFile) => resolve(dirname(path)) === resolve(folder);
    if (!this.files.some((file) => isHere(file) && !file.isLog)) return;
    this.files = this.files.filter((file) => !(isHere(file) && file.isLog));
  }

  async #take(path: string, stats: Stats): Promise<boolean> {
    const identity = `${stats.dev} ${stats.ino}`;
    if (this.#seen.has(identity)) return true;
    const first = await firstCallOf(path);
    if (first === undefined) return false;
    this.#seen.add(identity);
    const isLog = first.attribution.source === 'log' || first.session === path;
    this.files.push({ path, size: stats.size, firstTime: first.call.time, isLog });
    return true;
  }
}

/** Of the lines at its head; undefined where none is an event. */
async function firstCallOf(path: string): Promise<AttributedCall | undefined> {
  const stop = new AbortController();
  const parser = new EventLineParser();
  let first: AttributedCall | undefined;
  await readLines(
    path,
    {
      line(text, number) {
        if (text === undefined || first !== undefined || number > LOOKED_AT) return;
        first = parser.parse(text, path);
      },
      pause() {
        stop.abort();
        return undefined;
      },
    },
    stop.signal,
  );
  return first;
}

function noEvents(path: string): Problem {
  return {
    code: 'events.format',
    message: `${path}: expected events of imds, one JSON object a line, or imds-trace.log; found neither in its first ${LOOKED_AT} lines`,
    remedy: REMEDY,
    damage: true,
  };
}

function nothingIn(folder: string): InputError {
  return new InputError(`${folder}: a folder without saved events`, { code: 'events.none', remedy: REMEDY });
}

function skipped(folder: string, names: readonly string[]): Problem {
  const more = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : '';
  const message = `${folder}: no events, skipped: ${names.slice(0, MAX_NAMED).join(', ')}${more}`;
  return { code: 'events.skipped', message, damage: false };
}

const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'may not be read',
  EPERM: 'may not be read',
  ELOOP: 'is a link to itself',
};

function problemOf(path: string, error: unknown): Problem {
  if (error instanceof InputError) {
    return { code: error.code, message: error.message, remedy: error.remedy, damage: true };
  }
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code !== 'string') throw error;
  return {
    code: 'events.unreadable',
    message: `${path}: ${SYSTEM_ERRORS[code] ?? `cannot be read (${code})`}`,
    remedy: 'Check the path and its permissions.',
    damage: true,
  };
}
