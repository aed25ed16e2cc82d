import {
  closeSync,
  constants,
  fstatSync,
  opendirSync,
  openSync,
  readFileSync,
  readlinkSync,
  readSync,
  type Stats,
} from 'node:fs';
import { type MountTypes, mountTypes } from './mounts.ts';

/** Names without opening what they name; fs.constants does not have it (asm-generic/fcntl.h). */
const O_PATH = 0o10000000;
const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = constants;
/** As the kernel's own limits: symlinks on a way (MAXSYMLINKS), and names of it. */
const MAX_LINKS = 40;
const MAX_NAMES = 256;

/**
 * Files below a root folder that somebody else writes, as a container's. Paths are resolved here, one name
 * at a time and each by its folder's descriptor, so that no symlink leads out of the root; openat2 would do
 * that, and Node has no call for it. What is not a regular file is never opened: a FIFO would block, and
 * opening a device can be an act. File systems whose server may never answer (FUSE, NFS) are not entered.
 */
export class FileTree {
  readonly #root: number;
  readonly #mounts: MountTypes;

  private constructor(root: number, mounts: MountTypes) {
    this.#root = root;
    this.#mounts = mounts;
  }

  /**
   * @param root the folder; a symlink at its end is followed, as /proc/PID/root is one
   * @param mountinfo file of /proc with the mounts of whoever has that root
   */
  static open(root: string, mountinfo = '/proc/self/mountinfo'): FileTree | undefined {
    let descriptor: number | undefined;
    try {
      const mounts = mountTypes(mountinfo);
      descriptor = openSync(root, O_PATH | O_DIRECTORY);
      const tree = new FileTree(descriptor, mounts);
      if (tree.#isSafe(descriptor)) return tree;
    } catch {
      // Whoever had it is gone, or it may not be looked at.
    }
    if (descriptor !== undefined) closeSync(descriptor);
    return undefined;
  }

  close(): void {
    closeSync(this.#root);
  }

  /** The whole of a regular file; undefined where it is none, or longer than `maximum`. */
  read(path: string, maximum: number): Buffer | undefined {
    return this.#at(path, (descriptor, stats) => readWhole(descriptor, stats, maximum));
  }

  stats(path: string): Stats | undefined {
    return this.#at(path, (_, stats) => stats);
  }

  /** Where a path leads to when its symlinks are followed within the root. */
  resolve(path: string): string | undefined {
    return this.#at(path, (_descriptor, _stats, names) => `/${names.join('/')}`);
  }

  /** Target of the symlink that stands there; undefined where there is none. */
  link(folder: string, name: string): string | undefined {
    return this.#at(folder, (descriptor) => linkIn(descriptor, name));
  }

  /** Names in a folder, the first `maximum`. */
  list(path: string, maximum: number): string[] {
    return (
      this.#at(path, (descriptor, stats) => (stats.isDirectory() ? namesIn(descriptor, maximum) : [])) ?? []
    );
  }

  /** Files of one folder, each read whole; stops where `take` returns false. */
  readEach(
    path: string,
    names: Iterable<string>,
    maximum: number,
    take: (name: string, bytes: Buffer) => boolean,
  ): void {
    this.#at(path, (folder, stats) => {
      if (!stats.isDirectory()) return;
      for (const name of names) {
        const bytes = this.#child(folder, name, (file, of) => readWhole(file, of, maximum));
        if (bytes !== undefined && !take(name, bytes)) return;
      }
    });
  }

  /** Calls with an O_PATH descriptor of what the path leads to; undefined where there is nothing. */
  #at<T>(path: string, use: (descriptor: number, stats: Stats, names: string[]) => T): T | undefined {
    /** Folders on the way, and their names. */
    const way: { descriptor: number; name: string }[] = [];
    const left = path.split('/').reverse();
    let links = 0;
    let steps = 0;
    try {
      for (;;) {
        const name = left.pop();
        if (name === undefined) {
          const { descriptor = this.#root } = way.at(-1) ?? {};
          return use(
            descriptor,
            fstatSync(descriptor),
            way.map((each) => each.name),
          );
        }
        if (++steps > MAX_NAMES || name.includes('\0')) return undefined;
        if (name === '' || name === '.') continue;
        if (name === '..') {
          closeLast(way);
          continue;
        }
        const { descriptor: folder = this.#root } = way.at(-1) ?? {};
        const descriptor = openSync(`/proc/self/fd/${folder}/${name}`, O_PATH | O_NOFOLLOW);
        way.push({ descriptor, name });
        if (!this.#isSafe(descriptor)) return undefined;
        const stats = fstatSync(descriptor);
        if (stats.isSymbolicLink()) {
          closeLast(way);
          const target = linkIn(folder, name);
          if (target === undefined || ++links > MAX_LINKS) return undefined;
          left.push(...target.split('/').reverse());
          if (target.startsWith('/')) while (way.length > 0) closeLast(way);
        }
      }
    } catch {
      return undefined;
    } finally {
      while (way.length > 0) closeLast(way);
    }
  }

  #child<T>(folder: number, name: string, use: (descriptor: number, stats: Stats) => T): T | undefined {
    if (name === '' || name === '.' || name === '..' || name.includes('/')) return undefined;
    let descriptor: number | undefined;
    try {
      descriptor = openSync(`/proc/self/fd/${folder}/${name}`, O_PATH | O_NOFOLLOW);
      return this.#isSafe(descriptor) ? use(descriptor, fstatSync(descriptor)) : undefined;
    } catch {
      return undefined;
    } finally {
      if (descriptor !== undefined) closeSync(descriptor);
    }
  }

  /** Asked before anything else is of the file: a question to a server that hangs never returns. */
  #isSafe(descriptor: number): boolean {
    const [, id = ''] =
      /^mnt_id:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'latin1')) ?? [];
    return this.#mounts.isSafe(id);
  }
}

function closeLast(way: { descriptor: number }[]): void {
  const last = way.pop();
  if (last !== undefined) closeSync(last.descriptor);
}

function linkIn(folder: number, name: string): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${folder}/${name}`);
  } catch {
    return undefined;
  }
}

function namesIn(folder: number, maximum: number): string[] {
  const names: string[] = [];
  const entries = opendirSync(`/proc/self/fd/${folder}`);
  try {
    for (
      let entry = entries.readSync();
      entry !== null && names.length < maximum;
      entry = entries.readSync()
    ) {
      names.push(entry.name);
    }
  } finally {
    entries.closeSync();
  }
  return names;
}

/** @param descriptor with O_PATH: it is opened anew, as the file that was looked at and no other */
function readWhole(descriptor: number, stats: Stats, maximum: number): Buffer | undefined {
  if (!stats.isFile() || stats.size > maximum) return undefined;
  const file = openSync(`/proc/self/fd/${descriptor}`, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  try {
    // It may grow meanwhile; what is behind the size that it had is not read.
    const bytes = Buffer.allocUnsafe(stats.size);
    let length = 0;
    while (length < bytes.length) {
      const read = readSync(file, bytes, length, bytes.length - length, null);
      if (read === 0) break;
      length += read;
    }
    return bytes.subarray(0, length);
  } finally {
    closeSync(file);
  }
}
