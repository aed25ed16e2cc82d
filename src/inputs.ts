import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { CorrelationsReader } from './bpf/correlations.ts';
import { parseRecord } from './bpf/parse.ts';
import type { SessionRecord } from './bpf/records.ts';
import { type CaptureHead, openCapture, peekCapture } from './capture/open.ts';
import { InputError, UsageError } from './errors.ts';
import { beside, type Entry, entriesIn, type FilePath, locationIn } from './files/names.ts';
import { problemOf, skipped } from './files/problem.ts';
import type { Problem, SocketAddress } from './model.ts';
import type { PacketSource } from './ports.ts';

/** One file of a capture, or a live source. */
export interface CapturePart {
  /** For messages, and where it is a file, its path. */
  path: string;
  /** Where it is, if its name is no UTF-8. */
  location?: FilePath | undefined;
  /** File with the records that belong to it. */
  correlations?: string | undefined;
  /** Where that file is, if its name is no text. */
  correlationsAt?: FilePath | undefined;
  /** What its session watched, where that is known before it is read. As somebody wrote it. */
  watched?: readonly SocketAddress[] | undefined;
  /** Bytes, where that is known before it is read. */
  size?: number | undefined;
  /** It ends when it is told to, as a live source and standard input do: that interrupts nothing. */
  endsBySignal?: boolean | undefined;
  /** @throws InputError */
  open(onProgress?: (bytesRead: number) => void): Promise<PacketSource>;
}

/** What is read through one assembler and one attribution. */
export interface CaptureInput {
  /** As the user named it: its first file. */
  name: string;
  files: readonly string[];
  /** In the order of time. */
  parts: readonly CapturePart[];
}

export interface InputOptions {
  /** All files are parts of one capture. */
  ring: boolean;
  /** The records of the one file that is given. */
  correlations?: string | undefined;
  stdin?: Readable | undefined;
}

export interface OpenedInputs {
  captures: CaptureInput[];
  /** Of files that could not be used; the others are. */
  problems: Problem[];
}

/** A file that may be a capture, with what is already known of it. */
interface Candidate {
  /** For messages. */
  path: string;
  location: FilePath;
  stats: Stats;
  head?: CaptureHead;
  /** Names of the files in its folder, where that was listed. */
  siblings?: ReadonlySet<string>;
}

/** A part, and what decides where it belongs. */
interface Found extends CapturePart {
  session?: string | undefined;
  order: number;
  firstTime?: bigint | undefined;
}

const STDIN = '-';
const SIDECAR = '.correlations.jsonl';
const IS_SIDECAR = /\.correlations\.jsonl(?:\.gz)?$/;
const COMPRESSED = /\.gz$/i;
const CALLED_CAPTURE = /\.(?:pcap|pcapng|cap|ntar)(?:\.gz)?$/i;

/**
 * The captures behind paths: files, folders (their files, and those of folders in them, but no deeper), and `-`.
 * Files of one session are one capture, in the order of their parts; with `ring`, all files are, in
 * the order of their first packets; every other file is a capture of its own.
 *
 * @throws UsageError where the options do not fit the paths
 */
export async function openInputs(paths: readonly string[], options: InputOptions): Promise<OpenedInputs> {
  if (paths.filter((path) => path === STDIN).length > 1) {
    throw new UsageError('standard input (-) can be read only once', {
      code: 'usage.stdin',
      remedy: 'Give - once.',
    });
  }
  const problems: Problem[] = [];
  const found: Found[] = [];
  const seen = new Set<string>();
  for (const path of paths) {
    try {
      if (path === STDIN) {
        const open = (onProgress?: (bytesRead: number) => void) =>
          openCapture(STDIN, { stdin: options.stdin, onProgress });
        found.push({ path: 'stdin', order: 0, endsBySignal: true, open });
        continue;
      }
      for (const file of await filesOf(path, options.ring, problems)) {
        const identity = identityOf(file.stats);
        if (seen.has(identity)) continue;
        seen.add(identity);
        found.push(await examine(file, options));
      }
    } catch (error) {
      problems.push(problemOf(path, error));
    }
  }
  if (options.correlations !== undefined) give(found, options.correlations);
  return { captures: group(withoutCopies(found, problems), options.ring), problems };
}

/**
 * A part of a session that stands in several files, as a capture and what `imds scrub` made of it, is read from the
 * largest of them, or the first: read twice, it would be calls and counts that there never were.
 */
function withoutCopies(found: readonly Found[], problems: Problem[]): Found[] {
  const best = new Map<string, Found>();
  const placeOf = ({ session, order }: Found) => `${order} ${session}`;
  for (const part of found) {
    const known = best.get(placeOf(part));
    if (known === undefined || (part.size ?? 0) > (known.size ?? 0)) best.set(placeOf(part), part);
  }
  return found.filter((part) => {
    const read = best.get(placeOf(part));
    if (part.session === undefined || read === part || read === undefined) return true;
    problems.push({
      code: 'input.copy',
      message: `${part.path}: not read, for it is the same part of the same session as ${read.path}`,
      remedy: 'Its calls are in the report once.',
      damage: false,
    });
    return false;
  });
}

/** The same file is not counted twice, by whatever names it is given. */
function identityOf({ dev, ino }: Stats): string {
  return `${dev} ${ino}`;
}

function give(found: readonly Found[], correlations: string): void {
  if (found.length > 1) {
    throw new UsageError(`--correlations: ${found.length} capture files are given, but it belongs to one`, {
      code: 'usage.correlations',
      remedy: `Give one capture file, or name each file's correlations FILE${SIDECAR}.`,
    });
  }
  for (const part of found) part.correlations = correlations;
}

/** Folders below a folder, as of the hosts of a fleet, that are searched. */
const MAX_FOLDERS = 4096;

/** The file itself, or the captures in a folder by name, and then those in the folders in it. */
async function filesOf(path: string, ring: boolean, problems: Problem[]): Promise<Candidate[]> {
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

/** Undefined where there is nothing, as behind a dangling link. */
async function statOf(path: FilePath): Promise<Stats | undefined> {
  return stat(path).catch(() => undefined);
}

/** Looks at the head of a file, and beside it. */
async function examine(file: Candidate, options: InputOptions): Promise<Found> {
  const { path, location, stats, siblings } = file;
  const open = (onProgress?: (bytesRead: number) => void) => openCapture(path, { location, onProgress });
  // A FIFO or a process substitution is read once, as it comes.
  if (!stats.isFile()) return { path, order: 0, open };
  const head = file.head ?? (await peekCapture(path, location));
  const correlations = options.correlations ?? (await sidecarOf(path, location, siblings));
  const correlationsAt = correlations === undefined ? undefined : beside(path, location, correlations);
  const header = sessionOf(head?.firstRecord) ?? (await headerOf(correlations, correlationsAt));
  return {
    path,
    location,
    correlations,
    correlationsAt,
    size: stats.size,
    session: header?.session,
    watched: header?.endpoints,
    order: header?.part ?? 0,
    firstTime: head?.firstTime,
    open,
  };
}

async function sidecarOf(
  path: string,
  location: FilePath,
  siblings?: ReadonlySet<string>,
): Promise<string | undefined> {
  const stems = COMPRESSED.test(path) ? [path, path.replace(COMPRESSED, '')] : [path];
  for (const stem of stems) {
    for (const candidate of [`${stem}${SIDECAR}`, `${stem}${SIDECAR}.gz`]) {
      if (siblings !== undefined && !siblings.has(basename(candidate))) continue;
      if ((await statOf(beside(path, location, candidate)))?.isFile() === true) return candidate;
    }
  }
  return undefined;
}

function sessionOf(json: Uint8Array | undefined): SessionRecord | undefined {
  if (json === undefined) return undefined;
  const parsed = parseRecord(json);
  return 'record' in parsed && parsed.record.type === 'session' ? parsed.record : undefined;
}

/** What is wrong with the file is told when it is read. */
async function headerOf(
  correlations: string | undefined,
  location: FilePath | undefined,
): Promise<SessionRecord | undefined> {
  if (correlations === undefined) return undefined;
  try {
    const record = await CorrelationsReader.first(correlations, location);
    return record?.type === 'session' ? record : undefined;
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

function group(found: readonly Found[], ring: boolean): CaptureInput[] {
  const groups = new Map<string, Found[]>();
  for (const [i, part] of found.entries()) {
    const key = ring ? 'ring' : part.session === undefined ? `file ${i}` : `session ${part.session}`;
    const parts = groups.get(key);
    if (parts === undefined) groups.set(key, [part]);
    else parts.push(part);
  }
  return [...groups.values()].map((parts) => {
    parts.sort((a, b) => (ring ? 0 : a.order - b.order) || byTime(a.firstTime, b.firstTime));
    const files = parts.map(({ path }) => path);
    return { name: files[0] ?? '', files, parts };
  });
}

/** What has no time (standard input, a file without a packet) comes last; the sort is stable. */
function byTime(a: bigint | undefined, b: bigint | undefined): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  return a < b ? -1 : a > b ? 1 : 0;
}
