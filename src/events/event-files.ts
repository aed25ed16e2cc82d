import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isItsOwn } from '../callers/inventory.ts';
import { InputError } from '../errors.ts';
import { kindOf } from '../files/kind.ts';
import { entriesIn, type FilePath, locationIn } from '../files/names.ts';
import { problemOf, skipped } from '../files/problem.ts';
import type { Host, Problem } from '../model.ts';
import { type EventHead, EventHeadReader, LOOKED_AT } from './event-head.ts';
import { type LogOpening, openingsOf } from './log-openings.ts';

export type { EventFileKind } from './event-head.ts';

/** A file that has events in it. */
export interface EventFile extends Omit<EventHead, 'logHead'> {
  /** As the user named it, or below the folder that they named. */
  path: string;
  /** Where it is, if its name is no text. */
  location: FilePath;
  /** Bytes as they are on disk. */
  size: number;
  /** Of a log, which does not say it: of the events in the same folder, where these are of one host. */
  host?: Host | undefined;
  /** A log in a folder with events, which has the calls of these too: only lines of the predecessor are others. */
  isBesideEvents?: boolean;
  /** Of a log. */
  opening?: LogOpening | undefined;
}

export interface FoundFiles {
  /** By their first events. */
  files: EventFile[];
  /** Of files that could not be used; the others are. */
  problems: Problem[];
}

/** Folders of hosts below a folder, and what is in them; deeper ones are not searched. */
const MAX_DEPTH = 4;
const REMEDY =
  'Name a file that `imds live`, `imds analyze --jsonl` or `--json` wrote, or a folder of such files; captures are for `imds analyze`.';

/** The files of saved events behind paths: files, and folders with what is below them. A file counts once. */
export async function findEventFiles(paths: readonly string[]): Promise<FoundFiles> {
  const finder = new Finder();
  const found: Examined[] = [];
  for (const path of paths) found.push(...(await finder.path(path)));
  found.sort((a, b) => (a.firstTime < b.firstTime ? -1 : Number(a.firstTime > b.firstTime)));
  const openings = openingsOf(found.map(({ logHead }) => logHead));
  const files = found.map(({ logHead: _, ...file }, index) => ({ ...file, opening: openings[index] }));
  return { files, problems: finder.problems };
}

class Finder {
  readonly problems: Problem[] = [];
  readonly #seen = new Set<string>();
  readonly #heads = new EventHeadReader();

  async path(path: string): Promise<Examined[]> {
    try {
      const stats = await stat(path);
      if (!stats.isDirectory())
        return [(await this.#examine(path, path, stats)) ?? refuse(path)].filter(this.#isNew);
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
          const file = await this.#examine(path, at, stats);
          if (file !== undefined) here.push(file);
          // A log without a call as yet is nothing to be told of.
          else if (stats.size > 0) others.push(entry.shown);
        } else if (depth < MAX_DEPTH) below.push(...(await this.#folder(path, at, others, depth + 1)));
      } catch (error) {
        this.problems.push(problemOf(path, error));
      }
    }
    return [...besideEvents(here), ...below];
  }

  /** Undefined for what holds no events. It is read twice, so that it has to be a regular file. */
  async #examine(path: string, location: FilePath, stats: Stats): Promise<Examined | undefined> {
    if (!stats.isFile()) {
      throw new InputError(`${path}: expected saved events in a regular file, found ${kindOf(stats)}`, {
        code: 'events.no_file',
        remedy: 'Save what comes from there to a file first.',
      });
    }
    const head = await this.#heads.read(path, location);
    const identity = `${stats.dev} ${stats.ino}`;
    return head && { path, location, size: stats.size, identity, ...head };
  }

  readonly #isNew = ({ identity }: Examined): boolean => {
    const isNew = !this.#seen.has(identity);
    this.#seen.add(identity);
    return isNew;
  };
}

interface Examined extends EventFile, EventHead {
  /** The same for all names of a file. */
  identity: string;
}

/** Of one folder. Where the calls of a log are there as events too, these say more, and each call is to count once. */
function besideEvents(files: Examined[]): Examined[] {
  const events = files.filter(({ kind }) => kind === 'events');
  if (events.length === 0) return files;
  const host = hostOf(events);
  return files.map((file) => (file.kind === 'log' ? { ...file, isBesideEvents: true, host } : file));
}

/** The host of all of them, as the latest names it; undefined where they are of several, or one does not say it. */
function hostOf(files: readonly Examined[]): Host | undefined {
  const latest = files.reduce((one, other) => (other.firstTime > one.firstTime ? other : one));
  const isOne = files.every(({ host }) => keyOf(host) === keyOf(latest.host));
  return isOne ? latest.host : undefined;
}

/** A host may get another name while it runs. */
function keyOf(host: Host | undefined): string | undefined {
  return host?.id ?? host?.name;
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
