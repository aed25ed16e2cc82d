import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { probePath } from '../../src/live/probe-path.ts';
import { type Namespace, shown } from '../../test/support/netns.ts';
import { root } from '../cache.ts';

const QUIET: SpawnOptions = { stdio: ['ignore', 'ignore', 'pipe'] };
const OUT = join(root, '.cache', 'bench');
const INCLUDE = `-I/usr/include/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;

/** A process whose BPF programs, or whose capture, are there while it lives. */
export class Attached {
  readonly pid: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.pid = child.pid ?? 0;
  }

  /** Programs that do nothing, on the hooks of imds-probe: what they cost, no program can stay below. */
  static empty(cgroup: string): Promise<Attached> {
    const source = (name: string) => join(root, 'bench', 'live', name);
    const object = join(OUT, 'empty.bpf.o');
    const loader = join(OUT, 'empty');
    mkdirSync(OUT, { recursive: true });
    compile('clang', ['-O2', '-g', '-target', 'bpf', INCLUDE, '-c', source('empty.bpf.c'), '-o', object]);
    compile('gcc', ['-O2', source('empty.c'), '-o', loader, '-lbpf', '-lelf', '-lz']);
    return Attached.#started(spawn(loader, [object, cgroup], QUIET));
  }

  /** imds-probe, for the sockets of a cgroup. */
  static probe(cgroup: string): Promise<Attached> {
    return Attached.#started(spawn(probePath(root), ['--cgroup', cgroup], QUIET));
  }

  /** `imds live` with the wire view alone, of a network namespace. */
  static wire(where: Namespace): Promise<Attached> {
    const args = ['live', '--capture', 'wire', '--quiet', '--no-log', '--no-state'];
    return Attached.#started(where.spawn(process.execPath, [join(root, 'bin', 'run.js'), ...args], QUIET));
  }

  static async #started(child: ChildProcess): Promise<Attached> {
    await shown(child, child.stderr, /^(?:imds-probe: |imds live: )?ready/);
    return new Attached(child);
  }

  async stop(): Promise<void> {
    const closed = once(this.#child, 'close');
    this.#child.kill('SIGTERM');
    await closed;
  }
}

function compile(command: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command}: ${error?.message ?? stderr}`);
}
