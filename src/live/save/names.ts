import { readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

const DIGITS = 5;
const NUMBER = /^_([0-9]{5,9})$/;
const ENDINGS = /\.(?:pcapng|pcap|ntar|cap)$/i;

/** How a shell finds the files of a rotated recording: `host_*.pcapng`. */
export function rotatedFiles(path: string): string {
  const ending = ENDINGS.exec(basename(path))?.[0] ?? '';
  return `${path.slice(0, path.length - ending.length)}_*${ending}`;
}

/**
 * Names of the files of one run. A rotated recording is FILE_00001.pcapng, FILE_00002.pcapng, … as in
 * dumpcap's ring, but without its time: sorted by name is sorted by time all the same, names can be told
 * beforehand, and no clock or time zone is in them. Where files of an earlier run are there, their
 * numbers are gone on from, so that a service that starts again is not refused by its own files.
 */
export class PartNames {
  readonly #stem: string;
  readonly #ending: string;
  readonly #single: string | undefined;
  #before: number;

  private constructor(path: string, rotating: boolean, before: number) {
    this.#ending = ENDINGS.exec(basename(path))?.[0] ?? '';
    this.#stem = path.slice(0, path.length - this.#ending.length);
    this.#single = rotating ? undefined : path;
    this.#before = before;
  }

  static async of(path: string, rotating: boolean): Promise<PartNames> {
    const names = new PartNames(path, rotating, 0);
    if (rotating) names.#before = await names.#highest();
    return names;
  }

  /** @param part counted from 1; without rotation, further ones are only for a file that was lost */
  pathOf(part: number): string {
    if (this.#single !== undefined && part === 1) return this.#single;
    return `${this.#stem}_${String(part + this.#before).padStart(DIGITS, '0')}${this.#ending}`;
  }

  /** Somebody else has the name of the next part. */
  skip(): void {
    this.#before++;
  }

  async #highest(): Promise<number> {
    // A folder that cannot be read is told when a file is created in it.
    const names = await readdir(dirname(this.#stem)).catch((): string[] => []);
    const stem = basename(this.#stem);
    return names.reduce((highest, name) => Math.max(highest, this.#numberOf(name, stem)), 0);
  }

  #numberOf(name: string, stem: string): number {
    if (!name.startsWith(stem)) return 0;
    // Sidecars and files packed since count as well.
    const [number = ''] = name.slice(stem.length).split('.');
    return Number(NUMBER.exec(number)?.[1] ?? 0);
  }
}
