import type { PackageFacts } from '../../model.ts';
import type { FileTree } from './file-tree.ts';

/*
 * dpkg's own files (dpkg(1), deb-control(5)): info/PACKAGE.list names the files of a package, one a line,
 * as they were in the archive; `status` has a paragraph for each package; `diversions` has three lines for
 * each path that stands elsewhere. They are searched for all paths that are asked about at once, and
 * nothing is kept: 809 packages with 138,000 files (8.5 MB) take 50 to 110 ms of CPU.
 */

const FOLDER = '/var/lib/dpkg';
export const STATUS = `${FOLDER}/status`;
/** Twice what a large installation has. */
const MAX_PACKAGES = 16_384;
const MAX_LIST_BYTES = 16 * 1024 * 1024;
const MAX_LISTS_BYTES = 256 * 1024 * 1024;
const MAX_STATUS_BYTES = 64 * 1024 * 1024;
const MAX_DIVERSIONS_BYTES = 1024 * 1024;
const LIST = /^([a-z0-9][a-z0-9+.-]{0,127})(?::([a-z0-9-]{1,32}))?\.list$/;
const VERSION = /^[\w.+~:-]{1,128}$/;
/** Folders that moved below /usr: packages may still name their files where they were. */
const MERGED = /^\/usr(\/(?:s?bin|lib(?:32|64|x32|o32)?)\/.*)$/;

interface Wanted {
  path: string;
  /** Lines that name it in a list, with a line end on either side. */
  lines: readonly Buffer[];
  /** The package that has the path itself, where others are diverted from it. */
  only: string | undefined;
  /** The package that the path is not of, as it diverts it from another path. */
  not: string | undefined;
}

interface Owner {
  name: string;
  architecture: string | undefined;
}

/** Whether the tree has a dpkg at all. */
export function hasDpkg(tree: FileTree): boolean {
  return tree.stats(STATUS)?.isFile() === true;
}

/**
 * The packages that files belong to, by path; those that belong to none are absent.
 *
 * @param isOver asked now and then: what takes too long is given up
 */
export function findPackages(
  tree: FileTree,
  paths: readonly string[],
  isOver: () => boolean,
): Map<string, PackageFacts> {
  const isMerged = tree.link('/', 'bin') !== undefined;
  const diversions = readDiversions(tree);
  let wanted = paths.flatMap((path) => wantedOf(path, isMerged, diversions) ?? []);
  const owners = new Map<string, Owner>();
  let room = MAX_LISTS_BYTES;
  const names = tree.list(`${FOLDER}/info`, 8 * MAX_PACKAGES).filter((name) => LIST.test(name));
  tree.readEach(`${FOLDER}/info`, names.slice(0, MAX_PACKAGES), MAX_LIST_BYTES, (file, bytes) => {
    const [, name = '', architecture] = LIST.exec(file) ?? [];
    for (const one of wanted) {
      if (one.not === name || (one.only !== undefined && one.only !== name)) continue;
      if (one.lines.some((line) => hasLine(bytes, line))) owners.set(one.path, { name, architecture });
    }
    wanted = wanted.filter(({ path }) => !owners.has(path));
    room -= bytes.length;
    return wanted.length > 0 && room > 0 && !isOver();
  });
  return withVersions(tree, owners);
}

function wantedOf(path: string, isMerged: boolean, diversions: readonly Diversion[]): Wanted | undefined {
  if (path.includes('\n')) return undefined;
  const names = namesOf(path, isMerged);
  const away = diversions.find(({ from }) => names.includes(from));
  const here = diversions.find(({ to }) => names.includes(to));
  // A local diversion: what stands there now is of nobody.
  if (away?.by === undefined && away !== undefined) return undefined;
  const listed = here === undefined ? names : namesOf(here.from, isMerged);
  return {
    path,
    lines: listed.map((name) => Buffer.from(`\n${name}\n`)),
    only: away?.by,
    not: here?.by,
  };
}

function namesOf(path: string, isMerged: boolean): string[] {
  const before = isMerged ? MERGED.exec(path)?.[1] : undefined;
  if (before !== undefined) return [path, before];
  return isMerged && MERGED.test(`/usr${path}`) ? [path, `/usr${path}`] : [path];
}

/** @param line with a line end before and behind it; the first line of a file is `/.` */
function hasLine(bytes: Buffer, line: Buffer): boolean {
  return bytes.includes(line) || bytes.subarray(0, line.length - 1).equals(line.subarray(1));
}

interface Diversion {
  from: string;
  to: string;
  /** Package; undefined for the administrator's own. */
  by: string | undefined;
}

function readDiversions(tree: FileTree): Diversion[] {
  const lines = tree.read(`${FOLDER}/diversions`, MAX_DIVERSIONS_BYTES)?.toString('utf8').split('\n') ?? [];
  const diversions: Diversion[] = [];
  for (let at = 0; at + 2 < lines.length; at += 3) {
    const [from = '', to = '', by = ''] = lines.slice(at, at + 3);
    diversions.push({ from, to, by: by === ':' ? undefined : by });
  }
  return diversions;
}

function withVersions(tree: FileTree, owners: ReadonlyMap<string, Owner>): Map<string, PackageFacts> {
  const found = new Map<string, PackageFacts>();
  if (owners.size === 0) return found;
  const status = tree.read(STATUS, MAX_STATUS_BYTES);
  for (const [path, owner] of owners) {
    const version = status && versionIn(status, owner);
    found.set(path, { name: owner.name, version, manager: 'dpkg' });
  }
  return found;
}

const PARAGRAPH_END = Buffer.from('\n\n');
const MAX_PARAGRAPH = 256 * 1024;

function versionIn(status: Buffer, { name, architecture }: Owner): string | undefined {
  const mark = Buffer.from(`Package: ${name}\n`);
  for (let at = status.indexOf(mark); at >= 0; at = status.indexOf(mark, at + 1)) {
    if (at > 0 && status[at - 1] !== 0x0a) continue;
    const end = status.indexOf(PARAGRAPH_END, at);
    const stop = Math.min(end < 0 ? status.length : end, at + MAX_PARAGRAPH);
    const paragraph = status.toString('latin1', at, stop);
    if (!/^Status: \S+ \S+ installed$/m.test(paragraph)) continue;
    if (architecture !== undefined && fieldIn(paragraph, 'Architecture') !== architecture) continue;
    const version = fieldIn(paragraph, 'Version') ?? '';
    return VERSION.test(version) ? version : undefined;
  }
  return undefined;
}

function fieldIn(paragraph: string, name: string): string | undefined {
  return new RegExp(`^${name}: (.{1,256})$`, 'm').exec(paragraph)?.[1];
}
