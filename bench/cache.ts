import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..');
const folder = join(root, '.cache', 'bench');

/** Changed with the generator, so that old captures are not measured for new ones. */
const GENERATION = 1;

export interface HaystackFile {
  gigabytes: number;
  meanSize: number;
  format: 'pcap' | 'pcapng';
}

export interface EventsFile {
  lines: number;
  hosts: number;
  /** Of a hundred callers, how many are commands that are run for each call. */
  shortLived: number;
  /** Number of the first call. */
  from?: number;
  gzip?: boolean;
}

const CALLERS = 500;

/** The captures of a seed. They are made once and kept, except the largest. */
export class CaptureCache {
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
    mkdirSync(folder, { recursive: true });
  }

  haystack({ gigabytes, meanSize, format }: HaystackFile): string {
    const path = this.#path(`haystack-${gigabytes}GB-${meanSize}B.${format}`);
    return this.#make(path, (part) => this.generateHaystack(part, { gigabytes, meanSize, format }));
  }

  dense(connections: number): string {
    const path = this.#path(`dense-${connections}.pcap`);
    return this.#make(path, (part) => `${GENERATE} '${part}' dense ${this.#seed} ${connections} 10`);
  }

  events(file: EventsFile): string {
    const { lines, hosts, shortLived, from = 0, gzip = false } = file;
    const name = `events-${lines}-${hosts}-${shortLived}-${from}.jsonl${gzip ? '.gz' : ''}`;
    const numbers = `${this.#seed} ${lines} ${hosts} ${CALLERS} ${shortLived} ${from}`;
    return this.#make(this.#path(name), (part) => {
      const plain = gzip ? `${part}.plain` : part;
      const pack = gzip ? ` && gzip -1 < '${plain}' > '${part}' && rm '${plain}'` : '';
      return `${GENERATE_EVENTS} '${plain}' ${numbers}${pack}`;
    });
  }

  /** A package of npm that is measured beside imds. Returns its folder, or undefined where it cannot be had. */
  npmPackage(name: string, version: string): string | undefined {
    const prefix = join(folder, `npm${name.replace(/\W+/g, '-')}-${version}`);
    const path = join(prefix, 'node_modules', name);
    if (existsSync(path)) return path;
    mkdirSync(prefix, { recursive: true });
    process.stderr.write(`Installing a peer that is missing: npm install ${name}@${version}\n`);
    spawnSync('npm', ['install', '--no-audit', '--no-fund', '--prefix', prefix, `${name}@${version}`], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    return existsSync(path) ? path : undefined;
  }

  gzip(path: string): string {
    return this.#make(`${path}.gz`, (part) => `gzip -c '${path}' > '${part}'`);
  }

  /** The line that writes a haystack to `out`, or to standard output for `-`. */
  generateHaystack(out: string, { gigabytes, meanSize, format }: HaystackFile): string {
    return `${GENERATE} '${out}' haystack ${this.#seed} ${gigabytes * 1e9} ${meanSize} ${format}`;
  }

  remove(path: string): void {
    rmSync(path, { force: true });
  }

  #path(name: string): string {
    return join(folder, `${GENERATION}-${this.#seed}-${name}`);
  }

  #make(path: string, line: (part: string) => string): string {
    if (existsSync(path)) return path;
    const part = `${path}.part`;
    process.stderr.write(`Writing ${path} …\n`);
    const { status } = spawnSync('sh', ['-c', line(part)], { stdio: ['ignore', 'inherit', 'inherit'] });
    if (status !== 0) throw new Error(`${path} could not be written`);
    renameSync(part, path);
    process.stderr.write(`  ${(statSync(path).size / 1e6).toFixed(0)} MB\n`);
    return path;
  }
}

const TSX = `'${process.execPath}' --import='${import.meta.resolve('tsx')}'`;
const GENERATE = `${TSX} '${join(root, 'bench/captures/generate.ts')}'`;
const GENERATE_EVENTS = `${TSX} '${join(root, 'bench/events/generate.ts')}'`;
