import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isItsOwn } from '../callers/inventory.ts';
import { InputError } from '../errors.ts';
import { kindOf } from '../files/kind.ts';
import { entriesIn, type FilePath, locationIn } from '../files/names.ts';
import { problemOf, skipped } from '../files/problem.ts';
import type { Nanoseconds, Problem } from '../model.ts';
import { EventLineParser, isLogLine } from './event-line.ts';
import type { Line } from './line.ts';
import { readChunks, readLines } from './lines.ts';

/** A file that has events in it. */
export interface EventFile {
  /** As the user named it, or below the folder that they named. */
  path: string;
  /** Where it is, if its name is no text. */
  location: FilePath;
  /** Bytes as they are on disk. */
  size: number;
  /** Of its first event; 0 of what has none. */
  firstTime: Nanoseconds;
  kind: EventFileKind;
}

/** Events; a log (imds-trace.log); a JSON report; an inventory of callers. */
export type EventFileKind = 'events' | 'log' | 'report' | 'inventory';

export interface FoundFiles {
  /** By their first events. */
  files: EventFile[];
  /** Of files that could not be used; the others are. */
  problems: Problem[];
}

/** Folders of hosts below a folder, and what is in them; deeper ones are not searched. */
const MAX_DEPTH = 4;
/**
 * Pieces of a file, of half a megabyte each, in which an event must be. A line can be of four megabytes, and what a
 * caller had among its arguments, as long or of many lines, must not hide the events behind it.
 */
const MAX_PIECES = 16;
const LOOKED_AT = '8 MiB';
/** Lines that are taken apart: of a file that is something else, half a million would take seconds. */
const MAX_TRIED = 50_000;
const REMEDY =
  'Name a file that `imds live`, `imds analyze --jsonl` or `--json` wrote, or a folder of such files.';
/** Members of which one is the first of a JSON report, whoever has laid it out anew. */
const REPORT = /^\s*\{\s*"(?:callers|captures|completeness|counters|schema_version)"\s*:/;

/** The files of saved events behind paths: files, and folders with what is below them. A file counts once. */
export async function findEventFiles(paths: readonly string[]): Promise<FoundFiles> {
  const finder = new Finder();
  const files: EventFile[] = [];
  for (const path of paths) files.push(...(await finder.path(path)));
  files.sort((a, b) => (a.firstTime < b.firstTime ? -1 : Number(a.firstTime > b.firstTime)));
  return { files, problems: finder.problems };
}

class Finder {
  readonly problems: Problem[] = [];
  readonly #seen = new Set<string>();

  async path(path: string): Promise<EventFile[]> {
    try {
      const stats = await stat(path);
      if (!stats.isDirectory())
        return [(await examine(path, path, stats)) ?? refuse(path)].filter(this.#isNew);
      const others: string[] = [];
      const files = await this.#folder(path, path, others, 0);
      if (files.length === 0) throw nothingIn(path);
      if (others.length > 0) this.problems.push(skipped(path, others, 'no events'));
      return files.filter(this.#isNew);
    } catch (error) {
      this.problems.push(problemOf(path, error));
      return [];
    }
  }

  /** @param others names of files that hold no events are added */
  async #folder(folder: string, location: FilePath, others: string[], depth: number): Promise<Examined[]> {
    const here: Examined[] = [];
    const below: Examined[] = [];
    for (const entry of await entriesIn(location)) {
      const path = join(folder, entry.shown);
      const at = locationIn(location, entry);
      // Links are not followed: a folder may be one that others can write to.
      if (entry.kind === 'link' || isItsOwn(entry.shown)) continue;
      try {
        if (entry.kind === 'file') {
          const stats = await stat(at);
          const file = await examine(path, at, stats);
          if (file !== undefined) here.push(file);
          // A log without a call as yet is nothing to be told of.
          else if (stats.size > 0) others.push(entry.shown);
        } else if (depth < MAX_DEPTH) below.push(...(await this.#folder(path, at, others, depth + 1)));
      } catch (error) {
        this.problems.push(problemOf(path, error));
      }
    }
    // Where the calls of a log are there as events too, these say more, and each call is to count once.
    const hasEvents = here.some(({ kind }) => kind === 'events');
    return [...(hasEvents ? here.filter(({ kind }) => kind !== 'log') : here), ...below];
  }

  readonly #isNew = ({ identity }: Examined): boolean => {
    const isNew = !this.#seen.has(identity);
    this.#seen.add(identity);
    return isNew;
  };
}

interface Examined extends EventFile {
  /** The same for all names of a file. */
  identity: string;
}

/** Undefined for what holds no events. It is read twice, so that it has to be a regular file. */
async function examine(path: string, location: FilePath, stats: Stats): Promise<Examined | undefined> {
  if (!stats.isFile()) {
    throw new InputError(`${path}: expected saved events in a regular file, found ${kindOf(stats)}`, {
      code: 'events.no_file',
      remedy: 'Save what comes from there to a file first.',
    });
  }
  const first = await firstOf(path, location);
  const identity = `${stats.dev} ${stats.ino}`;
  return first && { path, location, size: stats.size, identity, ...first };
}

type First = Pick<EventFile, 'firstTime' | 'kind'>;

/** Of what stands at its head; undefined where that is nothing of ours. */
async function firstOf(path: string, location: FilePath): Promise<First | undefined> {
  const head = await headOf(location);
  if (REPORT.test(head)) return { firstTime: 0n, kind: 'report' };
  if (HAS_INVENTORY.test(head)) return { firstTime: 0n, kind: 'inventory' };
  const stop = new AbortController();
  const parser = new EventLineParser();
  let first: First | undefined;
  let pieces = 0;
  let tried = 0;
  await readLines(
    location,
    {
      line(line) {
        if (line === undefined || first !== undefined || !mayBeOurs(line) || tried++ >= MAX_TRIED) return;
        const call = parser.parse(line, path);
        const firstTime = call?.call.time ?? parser.parseSession(line)?.from;
        if (firstTime !== undefined) first = { firstTime, kind: isLogLine(line) ? 'log' : 'events' };
      },
      pause() {
        if (first !== undefined || ++pieces === MAX_PIECES) stop.abort();
        return undefined;
      },
    },
    stop.signal,
  );
  return first;
}

/** Whether it begins as an event does, whoever laid it out, or as a line of the log. */
function mayBeOurs({ bytes, start, end }: Line): boolean {
  return end > start && BEGINNINGS.includes(bytes[start] ?? 0);
}

const BEGINNINGS = Buffer.from('{[ \t');

const HAS_INVENTORY = /^\s*\{\s*"inventory_version"\s*:/;
const HEAD_BYTES = 256;

async function headOf(location: FilePath): Promise<string> {
  let head = '';
  const stop = new AbortController();
  const take = (chunk: Buffer) => {
    head += chunk.toString('latin1', 0, HEAD_BYTES);
    if (head.length >= HEAD_BYTES) stop.abort();
  };
  await readChunks(location, take, stop.signal);
  return head;
}

function refuse(path: string): never {
  const what = 'events of imds, one JSON object a line, imds-trace.log, or a JSON report';
  throw new InputError(`${path}: expected ${what}; found none of them in its first ${LOOKED_AT}`, {
    code: 'events.format',
    remedy: REMEDY,
  });
}

function nothingIn(folder: string): InputError {
  return new InputError(`${folder}: a folder without saved events`, { code: 'events.none', remedy: REMEDY });
}
