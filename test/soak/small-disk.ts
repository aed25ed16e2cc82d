import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** A small file system of its own, which can be full. */
export class SmallDisk {
  readonly path: string;
  readonly #megabytes: number;

  constructor(path: string, megabytes: number) {
    this.path = path;
    this.#megabytes = megabytes;
    mkdirSync(path);
    const options = ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=1777`, 'tmpfs', path];
    const { status, stderr } = spawnSync('mount', options, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`mount ${path}: ${stderr}`);
  }

  fill(): void {
    const file = openSync(join(this.path, 'filler'), 'w');
    const block = Buffer.alloc(65_536);
    try {
      for (let i = 0; i <= this.#megabytes * 16; i++) writeSync(file, block);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      closeSync(file);
    }
  }

  clear(): void {
    rmSync(join(this.path, 'filler'), { force: true });
  }

  unmount(): void {
    spawnSync('umount', ['-l', this.path]);
  }
}
