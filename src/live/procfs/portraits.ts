import { OldestFirst } from '../../journal/oldest-first.ts';
import { inodeOf, readNumbers } from './files.ts';
import type { Portrait } from './process-writer.ts';

/** A process is young for so long; an older one is found when all descriptors are gone through. */
const YOUNG_MS = 3000;
/** Per glance: what takes longer would make the next one late. */
const GLANCE_MS = 3;
const MAX_DESCRIPTORS = 32;
const MAX_KEPT = 4096;

/**
 * Young processes that have sockets, read as soon as a connection is seen, before it is known whose it
 * is: the kernel takes milliseconds to list the sockets, and curl does not live longer.
 */
export class Portraits {
  readonly #proc: string;
  readonly #read: (pid: number) => Portrait | undefined;
  /** When each process was seen for the first time. */
  #born = new Map<number, number>();
  /** By inode of the socket. */
  readonly #kept = new OldestFirst<number, Portrait>();

  constructor(proc: string, read: (pid: number) => Portrait | undefined) {
    this.#proc = proc;
    this.#read = read;
    for (const pid of this.#pids()) this.#born.set(pid, Number.NEGATIVE_INFINITY);
  }

  of(inode: number): Portrait | undefined {
    return this.#kept.get(inode);
  }

  glance(): void {
    const now = performance.now();
    const born = new Map<number, number>();
    for (const pid of this.#pids()) born.set(pid, this.#born.get(pid) ?? now);
    this.#born = born;
    const young = [...born].filter(([, since]) => now - since < YOUNG_MS);
    // The last one first; where pids have begun anew, the time tells.
    young.sort(([a, since], [b, other]) => other - since || b - a);
    for (const [pid] of young) {
      if (performance.now() - now > GLANCE_MS) return;
      this.#portray(pid);
    }
  }

  #portray(pid: number): void {
    const folder = `${this.#proc}/${pid}/fd`;
    const descriptors = readNumbers(folder);
    if (typeof descriptors === 'string') return;
    let portrait: Portrait | undefined;
    for (const descriptor of descriptors.slice(-MAX_DESCRIPTORS).reverse()) {
      const inode = inodeOf(`${folder}/${descriptor}`, 'socket');
      // Whoever was seen with a socket first made it, or it was handed down before it was used.
      if (inode === undefined || this.#kept.has(inode)) continue;
      portrait ??= this.#read(pid);
      if (portrait === undefined) return;
      this.#kept.set(inode, portrait);
      const { oldest } = this.#kept;
      if (this.#kept.size > MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    }
  }

  #pids(): number[] {
    const pids = readNumbers(this.#proc);
    return typeof pids === 'string' ? [] : pids;
  }
}
