import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { peekCapture } from '../capture/open.ts';
import { InputError } from '../errors.ts';
import { type Entry, entriesIn, type FilePath, locationIn } from '../files/names.ts';
import { problemOf, skipped } from '../files/problem.ts';
import type { Problem } from '../model.ts';
import { IS_SIDECAR, statOf } from './sidecar.ts';
import type { Candidate } from './types.ts';

const CALLED_CAPTURE = /\.(?:pcap|pcapng|cap|ntar)(?:\.gz)?$/i;

/** Folders below a folder, as of the hosts of a fleet, that are searched. */
const MAX_FOLDERS = 4096;

/** The file itself, or the captures in a folder by name, and then those in the folders in it. */
export async function filesOf(path: string, ring: boolean, problems: Problem[]): Promise<Candidate[]> {
  const stats = await stat(path);
  if (!stats.isDirectory()) return [{ path, location: path, stats }];
  const others: string[] = [];
  const entries = await entriesIn(path);
  const captures = await capturesOf(path, path, entries, others, problems);
  const folders = entries.filter(({ shown, kind }) => kind === 'folder' && !shown.startsWith('.'));
  // The parts of one capture are in one folder.
  for (const folder of ring ? [] : folders.slice(0, MAX_FOLDERS)) {
    const below = join(path, folder.shown);
    const location = locationIn(path, folder);
    try {
      // Links there are not followed: such a folder may be one that others can write to.
      const files = (await entriesIn(location)).filter(({ kind }) => kind !== 'link');
      captures.push(...(await capturesOf(below, location, files, others, problems)));
    } catch (error) {
      problems.push(problemOf(below, error));
    }
  }
  if (!ring && folders.length > MAX_FOLDERS) problems.push(tooMany(path, folders.length));
  if (captures.length === 0) throw noCaptures(path, ring);
  if (others.length > 0) problems.push(skipped(path, others, 'no captures'));
  return captures;
}

/** @param others names of files that are no captures are added */
async function capturesOf(
  folder: string,
  location: FilePath,
  entries: readonly Entry[],
  others: string[],
  problems: Problem[],
): Promise<Candidate[]> {
  const names = entries.filter(({ kind }) => kind !== 'folder');
  const siblings = new Set(names.map(({ shown }) => shown));
  const captures: Candidate[] = [];
  for (const name of names) {
    const { shown } = name;
    if (shown.startsWith('.') || IS_SIDECAR.test(shown)) continue;
    const path = join(folder, shown);
    const at = locationIn(location, name);
    try {
      const stats = await statOf(at);
      if (stats?.isFile() !== true) continue;
      const head = await peekCapture(path, at);
      // Its name alone makes no capture of a file, but one that is called so is not passed over in silence.
      if (head === undefined && !CALLED_CAPTURE.test(shown)) others.push(shown);
      else captures.push({ path, location: at, stats, ...(head && { head }), siblings });
    } catch (error) {
      // It is told of, and is not known to be no capture.
      problems.push(problemOf(path, error));
    }
  }
  return captures;
}

function noCaptures(folder: string, ring: boolean): InputError {
  const searched = ring
    ? 'with --ring, folders in it are not searched'
    : 'folders in those in it are not searched';
  return new InputError(`${folder}: a folder without captures`, {
    code: 'input.no_captures',
    remedy: `Name a folder that holds pcap or pcapng files; ${searched}.`,
  });
}

function tooMany(folder: string, count: number): Problem {
  return {
    code: 'input.folders',
    message: `${folder}: ${count} folders in it, of which the first ${MAX_FOLDERS} were searched`,
    remedy: 'Name the others.',
    damage: true,
  };
}
