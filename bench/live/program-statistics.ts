import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const SWITCH = '/proc/sys/kernel/bpf_stats_enabled';

/** How often a program of the kernel side ran, and for how long in all. */
export interface Runs {
  count: number;
  nanoseconds: number;
}

/** Calls while the kernel counts the runs of all BPF programs, and leaves its switch as it was. */
export async function withStatistics<T>(use: () => Promise<T>): Promise<T> {
  const before = readFileSync(SWITCH, 'utf8');
  const restore = () => writeFileSync(SWITCH, before);
  process.once('exit', restore);
  writeFileSync(SWITCH, '1');
  try {
    return await use();
  } finally {
    restore();
    process.removeListener('exit', restore);
  }
}

/** The programs of one probe, by name: of the host's others nothing is counted. */
export class ProgramStatistics {
  readonly #pid: number;
  readonly #names: ReadonlyMap<number, string>;

  constructor(pid: number) {
    this.#pid = pid;
    const { status, stdout, stderr } = spawnSync('bpftool', ['-j', 'prog', 'show'], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`bpftool: ${stderr}`);
    const programs = JSON.parse(stdout) as { id: number; name?: string }[];
    this.#names = new Map(programs.map(({ id, name = '' }) => [id, name]));
  }

  /** Runs while `use` went on. */
  async during(use: () => Promise<unknown>): Promise<Map<string, Runs>> {
    const before = this.#read();
    await use();
    return new Map(
      [...this.#read()].map(([name, { count, nanoseconds }]) => {
        const from = before.get(name) ?? { count: 0, nanoseconds: 0 };
        return [name, { count: count - from.count, nanoseconds: nanoseconds - from.nanoseconds }];
      }),
    );
  }

  #read(): Map<string, Runs> {
    const folder = `/proc/${this.#pid}/fdinfo`;
    const runs = new Map<string, Runs>();
    for (const descriptor of readdirSync(folder)) {
      const text = infoOf(`${folder}/${descriptor}`);
      const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1]);
      if (!text.includes('run_cnt:')) continue;
      const name = this.#names.get(field('prog_id')) ?? '';
      runs.set(name, { count: field('run_cnt'), nanoseconds: field('run_time_ns') });
    }
    return runs;
  }
}

/** Empty where the descriptor has been closed since it was listed: the probe reads files of /proc now and then. */
function infoOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
