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

const GENERATE = `'${process.execPath}' --import='${import.meta.resolve('tsx')}' '${join(root, 'bench/captures/generate.ts')}'`;
