import {
  closeSync,
  constants,
  fchownSync,
  openSync,
  readFileSync,
  readSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { FOLDER_LOCK } from '../callers/inventory.ts';
import { UsageError } from '../errors.ts';
import type { FolderUse, Owner } from './log-folder.ts';

/** Pid, and when that process started, in clock ticks since boot (proc(5), stat field 22). */
const HOLDER = /^(\d{1,10}) (\d{1,20})$/;
const MAX_BYTES = 64;
const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

/**
 * Sees that one session at a time has a folder. Two would count each call twice, and as their accounts may
 * differ, the second would take the files from the first. What a killed session leaves is no lock: its process is gone.
 */
export class FolderLock {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /**
   * Before anything of the folder is changed.
   *
   * @throws UsageError where a session has it that is still there
   */
  static check(folder: string, use: FolderUse): void {
    const holder = holderOf(lockOf(folder));
    if (holder === undefined || holder.pid === process.pid) return;
    throw new UsageError(
      `${use.option} ${folder}: another imds live (pid ${holder.pid}) keeps ${use.what} there`,
      {
        code: 'usage.folder_in_use',
        remedy: `Name another folder with ${use.option}, keep none (${use.without}), or end that session first.`,
      },
    );
  }

  /** @returns undefined where there is no room for it, or no right: the session goes on without */
  static take(folder: string, use: FolderUse, owner: Owner | undefined): FolderLock | undefined {
    const path = lockOf(folder);
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        create(path, owner);
        return new FolderLock(path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return undefined;
        // Another may have been faster than both looks.
        FolderLock.check(folder, use);
        removeQuietly(path);
      }
    }
    return undefined;
  }

  /** Where the folder was removed and made anew meanwhile, another session may have it by now. */
  release(): void {
    if (textOf(this.#path) === ownText()) removeQuietly(this.#path);
  }
}

function ownText(): string {
  return `${process.pid} ${startOf(process.pid) ?? 0}\n`;
}

function create(path: string, owner: Owner | undefined): void {
  const file = openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    writeSync(file, ownText());
    if (owner !== undefined) fchownSync(file, owner.uid, owner.gid);
  } finally {
    closeSync(file);
  }
}

/** The session that has the folder; undefined where that is gone, or where nobody wrote such a file. */
function holderOf(path: string): Holder | undefined {
  const holder = holderIn(textOf(path));
  return holder !== undefined && startOf(holder.pid) === holder.start ? holder : undefined;
}

interface Holder {
  pid: number;
  start: string;
}

/** The file that tells who has a folder. */
export function lockOf(folder: string): string {
  return join(folder, FOLDER_LOCK);
}

/** @param lock what stands in the file; whether that process is still there is another question */
export function holderIn(lock: string): Holder | undefined {
  const [, pid, start] = HOLDER.exec(lock.trimEnd()) ?? [];
  return pid === undefined || start === undefined ? undefined : { pid: Number(pid), start };
}

/** @param stat of /proc/PID/stat */
export function startIn(stat: string): string | undefined {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

function textOf(path: string): string {
  let file: number;
  try {
    file = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch {
    return '';
  }
  try {
    const bytes = Buffer.alloc(MAX_BYTES);
    return bytes.toString('latin1', 0, readSync(file, bytes));
  } catch {
    return '';
  } finally {
    closeSync(file);
  }
}

function startOf(pid: number): string | undefined {
  try {
    return startIn(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return undefined;
  }
}

function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It is gone, or the folder is.
  }
}
