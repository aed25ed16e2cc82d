import { DEFAULT_LIMITS } from '../../bpf/limits.ts';
import { ProcessTable } from '../../bpf/processes.ts';
import type { ProcessRecord, ProcessReference } from '../../bpf/records.ts';
import {
  type Link,
  nameOf,
  type Program,
  type Reference,
  readAncestors,
  readProgram,
  readStat,
  readSurroundings,
  type Surroundings,
} from './identity.ts';
import type { Stat } from './stat.ts';

/** Programs that are remembered, so that a common ancestor is read once. */
const MAX_IMAGES = 16_384;
/** A process can change its user without another program. */
const FRESH_MS = 1000;

interface Image {
  /** Of the stat when it was read. */
  image: string;
  name: string;
  exec: number;
  program: Program;
  /** Its own record has been written as that of a process that connects. */
  whole: boolean;
  read: number;
}

/** A process as it was read. */
export interface Portrait {
  link: Link;
  image: Image;
  /** Undefined where they have been written. */
  surroundings: Surroundings | undefined;
  /** Nearest first, with what each runs. */
  ancestors: readonly Link[];
  images: readonly Image[];
}

/** Writes the records of processes: each program once, ancestors before those they started. */
export class ProcessWriter {
  readonly #proc: string;
  readonly #write: (record: ProcessRecord) => void;
  /** As a reader has them; what it forgets is written again. */
  readonly #written = new ProcessTable(DEFAULT_LIMITS, {});
  readonly #images = new Map<string, Image>();

  constructor(proc: string, write: (record: ProcessRecord) => void) {
    this.#proc = proc;
    this.#write = write;
  }

  /** Reads a process and its ancestors; undefined where it is gone. */
  read(pid: number): Portrait | undefined {
    const stat = readStat(this.#proc, pid);
    if (stat === undefined) return undefined;
    const link = { pid, stat };
    // The process itself first: it is the one that is about to end.
    const image = this.#image(link, FRESH_MS);
    const surroundings = this.#isKnown(link, image) ? undefined : readSurroundings(this.#proc, pid);
    const ancestors = readAncestors(this.#proc, stat);
    const images = ancestors.map((ancestor) => this.#image(ancestor, Number.POSITIVE_INFINITY));
    return { link, image, surroundings, ancestors, images };
  }

  /** Writes what a reader has not got yet. */
  write({ link, image, surroundings, ancestors, images }: Portrait): ProcessReference {
    const references = ancestors.map((ancestor, i) => referenceOf(ancestor, images[i] as Image));
    for (let i = ancestors.length; i-- > 0; ) {
      const reference = references[i] as Reference;
      if (this.#written.has(reference)) continue;
      this.#put({ ...base(reference, images[i] as Image), ancestors: references.slice(i + 1) });
    }
    const { pid, start, exec } = referenceOf(link, image);
    if (!this.#isKnown(link, image)) {
      this.#put({ ...base({ pid, start, exec }, image), ...surroundings, ancestors: references });
      image.whole = true;
    }
    return { pid, start, exec };
  }

  #isKnown({ pid, stat }: Link, { exec, whole }: Image): boolean {
    return whole && this.#written.has({ pid, start: stat.start, exec });
  }

  #put(record: ProcessRecord): void {
    this.#written.add(record);
    this.#write(record);
  }

  /** The program that the process runs now, from memory where it is the one that was read before. */
  #image({ pid, stat }: Link, freshMs: number): Image {
    const key = `${pid} ${stat.start}`;
    const before = this.#images.get(key);
    const now = performance.now();
    const same = before?.image === stat.image && before.name === stat.name;
    if (before !== undefined && ((same && now - before.read < freshMs) || hasEnded(stat))) return before;
    const program = readProgram(this.#proc, pid, stat);
    if (before !== undefined && same && before.program.user_id === program.user_id) {
      before.read = now;
      return before;
    }
    const exec = before === undefined ? 0 : before.exec + 1;
    const image = { image: stat.image, name: stat.name, exec, program, whole: false, read: now };
    this.#images.delete(key);
    this.#images.set(key, image);
    const [oldest] = this.#images.keys();
    if (this.#images.size > MAX_IMAGES && oldest !== undefined) this.#images.delete(oldest);
    return image;
  }
}

/** Of a zombie nothing is left but its name. */
function hasEnded({ state }: Stat): boolean {
  return state === 'Z' || state === 'X';
}

function base({ pid, start, exec }: Reference, { program }: Image): Omit<ProcessRecord, 'ancestors'> {
  return { type: 'process', pid, start, exec, ...program };
}

function referenceOf({ pid, stat }: Link, { exec }: Image): Reference {
  return { pid, start: stat.start, exec, name: nameOf(stat) };
}
