/** systemd as the first process of namespaces: a machine in all but its kernel, which boots in a second. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { HostRoot } from '../packages/roots.ts';
import type { Namespace, RunResult } from '../support/netns.ts';

const BOOT = join(import.meta.dirname, 'boot.sh');
const COMMAND_MS = 60_000;
const PATIENCE_MS = 30_000;
const POLL_MS = 50;

export class Machine {
  readonly #starter: ChildProcess;
  readonly #cgroup: string;
  #pid = '';

  private constructor(starter: ChildProcess, cgroup: string) {
    this.#starter = starter;
    this.#cgroup = cgroup;
  }

  /** Boots a root in a network, calls, and takes the machine's power away, whatever happened. */
  static async with<T>(root: HostRoot, where: Namespace, use: (machine: Machine) => Promise<T>): Promise<T> {
    const cgroup = join(cgroupRoot(), `imds-test-${process.pid}`);
    mkdirSync(cgroup, { recursive: true });
    const namespaces = ['--pid', '--fork', '--kill-child', '--mount', '--uts', '--ipc', '--cgroup'];
    const words = ['nsenter', `--net=/run/netns/${where.name}`, 'unshare', ...namespaces];
    const enter = 'echo $$ > "$0/cgroup.procs"; exec "$@"';
    const boot = ['--propagation', 'private', 'bash', BOOT, root.folder];
    const starter = spawn('sh', ['-c', enter, cgroup, ...words, ...boot], { stdio: 'inherit' });
    const machine = new Machine(starter, cgroup);
    try {
      await machine.#booted();
      return await use(machine);
    } finally {
      await machine.#powerOff();
    }
  }

  /** Runs a command in it to its end. */
  run(...words: readonly string[]): RunResult {
    const env = ['env', '-i', 'PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'LC_ALL=C', 'TZ=UTC'];
    const { status, signal, stdout, stderr } = spawnSync(
      'nsenter',
      ['-t', this.#pid, '-m', '-u', '-i', '-n', '-p', '-C', '-r', '-w', ...env, ...words],
      { encoding: 'utf8', timeout: COMMAND_MS, maxBuffer: 1e8 },
    );
    return { code: status, signal, stdout, stderr };
  }

  /** Runs a command to its good end; the result is what it printed. */
  succeed(...words: readonly string[]): string {
    const { code, stdout, stderr } = this.run(...words);
    if (code === 0) return stdout;
    throw new Error(`${words.join(' ')} ended with ${code}: ${stdout}${stderr}${this.#journal()}`);
  }

  /** A property of a unit, in systemd's words. */
  property(name: string, unit = 'imds.service'): string {
    return this.succeed('systemctl', 'show', '--value', `--property=${name}`, unit).trim();
  }

  async until(condition: () => boolean, what: string, patienceMs = PATIENCE_MS): Promise<void> {
    for (const end = Date.now() + patienceMs; !condition(); await setTimeout(POLL_MS)) {
      if (Date.now() > end) throw new Error(`waited in vain for ${what}${this.#journal()}`);
    }
  }

  #journal(): string {
    return `\n${this.run('journalctl', '--no-pager', '-n', '60').stdout}`;
  }

  async #booted(): Promise<void> {
    const { pid } = this.#starter;
    const isUp = () => {
      const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
      if (!/^\d+$/.test(children)) return false;
      this.#pid = children;
      // Until it has its own root, its commands would be this machine's.
      if (readFileSync(`/proc/${children}/comm`, 'utf8').trim() !== 'systemd') return false;
      return /^(?:running|degraded)$/m.test(this.run('systemctl', 'is-system-running').stdout);
    };
    await this.until(isUp, 'systemd to finish its boot');
  }

  async #powerOff(): Promise<void> {
    const gone = this.#starter.exitCode === null ? once(this.#starter, 'close') : undefined;
    // The end of the first process is that of all.
    this.#starter.kill('SIGKILL');
    await gone;
    for (let attempt = 0; existsSync(this.#cgroup) && attempt < 100; attempt++) {
      try {
        removeCgroup(this.#cgroup);
      } catch {
        await setTimeout(POLL_MS);
      }
    }
  }
}

/** Where cgroups of version 2 are mounted. */
function cgroupRoot(): string {
  const mount = /^\S+ (\S+) cgroup2 /m.exec(readFileSync('/proc/mounts', 'utf8'));
  if (mount?.[1] === undefined) throw new Error('no cgroup2 is mounted here');
  return mount[1];
}

/** Its files are the kernel's: folders alone are removed. */
function removeCgroup(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeCgroup(join(folder, entry.name));
  }
  rmdirSync(folder);
}
