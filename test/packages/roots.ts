import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { debianRoot } from '../../scripts/pack/debian-archive.mjs';
import type { Namespace, RunResult } from '../support/netns.ts';

const CACHE = join(import.meta.dirname, '..', '..', '.cache', 'packages');
const ENTER = join(import.meta.dirname, 'enter.sh');
const COPY_TIMEOUT_MS = 120_000;

/** What a host without the means to build imds must not have, wherever it may lie. */
const BUILDERS = [
  'usr/bin/node',
  'usr/bin/nodejs',
  'usr/bin/clang',
  'usr/bin/gcc',
  'usr/include/linux/bpf.h',
  'usr/include/pcap.h',
  'usr/lib/x86_64-linux-gnu/libpcap.so.0.8',
  'usr/lib/x86_64-linux-gnu/libpcap.so.1',
];

/** A program and its arguments. */
export type Words = [string, ...string[]];

/** A root file system of its own, made by debootstrap with nothing but the base; changed as a test likes. */
export class HostRoot {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Calls with a fresh copy of a release's root, with more packages than the base, which is gone afterwards. */
  static async with<T>(
    suite: string,
    use: (root: HostRoot) => Promise<T>,
    packages: readonly string[] = [],
  ): Promise<T> {
    mkdirSync(CACHE, { recursive: true });
    const pristine = join(CACHE, [suite, ...packages].join('+'));
    debianRoot({ suite, packages, folder: pristine });
    const folder = join(mkdtempSync(join(CACHE, `${suite}-`)), 'root');
    try {
      const { status, stderr } = spawnSync('cp', ['-a', '--reflink=auto', pristine, folder], {
        timeout: COPY_TIMEOUT_MS,
        encoding: 'utf8',
      });
      if (status !== 0) throw new Error(`cp: ${stderr}`);
      const root = new HostRoot(folder);
      const present = BUILDERS.filter((path) => root.has(path));
      if (present.length > 0) throw new Error(`the root of ${suite} has ${present.join(', ')}`);
      return await use(root);
    } finally {
      rmSync(join(folder, '..'), { recursive: true, force: true });
    }
  }

  has(path: string): boolean {
    return existsSync(join(this.folder, path));
  }

  path(inside: string): string {
    return join(this.folder, inside);
  }

  /** Words that run a command in this root and a network namespace; /sys and cgroups are the host's. */
  command(where: Namespace, ...words: readonly string[]): Words {
    const enter = ['unshare', '--mount', '--propagation', 'private', 'sh', ENTER, this.folder];
    return ['nsenter', `--net=/run/netns/${where.name}`, ...enter, ...words];
  }

  /** The same as a container's first process: nothing that it may write to, and cgroups of its own. */
  contained(where: Namespace, ...words: readonly string[]): Words {
    const enter = ['unshare', '--mount', '--cgroup', '--propagation', 'private', 'sh', ENTER, '--read-only'];
    return ['nsenter', `--net=/run/netns/${where.name}`, ...enter, this.folder, ...words];
  }

  /** Runs a command to its end. */
  run(where: Namespace, ...words: readonly string[]): RunResult {
    const [program, ...args] = this.command(where, ...words);
    const { status, signal, stdout, stderr } = spawnSync(program, args, {
      encoding: 'utf8',
      timeout: COPY_TIMEOUT_MS,
      maxBuffer: 1e8,
    });
    return { code: status, signal, stdout, stderr };
  }

  /** Runs a command to its good end; the result is what it printed. */
  succeed(where: Namespace, ...words: readonly string[]): string {
    const { code, stdout, stderr } = this.run(where, ...words);
    if (code === 0) return stdout;
    throw new Error(`${words.join(' ')} ended with ${code}: ${stdout}${stderr}`);
  }
}

/** Words that run a command with no capability but these (`NET_RAW`), for good; setpriv of Debian 12 knows them all. */
export function limitedTo(capabilities: readonly string[]): string[] {
  const bounding = ['-all', ...capabilities.map((name) => `+${name.toLowerCase()}`)].join(',');
  return ['setpriv', '--bounding-set', bounding, '--inh-caps=-all', '--no-new-privs'];
}
