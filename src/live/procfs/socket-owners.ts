import type { Deadline } from './deadline.ts';
import { inodeOf, readNumbers, readText, type Unreadable } from './files.ts';

/** Where a socket was found. */
export interface Place {
  pid: number;
  descriptor: number;
}

/** Processes that owned sockets to an endpoint before, and are asked first. */
const MAX_OWNERS = 256;
/** Descriptors of one process that are looked at in the first round, the latest first. */
const MAX_QUICK = 64;

export interface OwnerSearch {
  /** A process was not to be looked into. */
  denied: boolean;
  /** The time was up before all were looked at. */
  cut: boolean;
}

/** Finds the processes that hold sockets, by the descriptors of all processes. */
export class SocketOwners {
  readonly #proc: string;
  /** The latest last, with the descriptor the socket had: programs use the same again. */
  readonly #owners = new Map<number, number>();

  constructor(proc: string) {
    this.#proc = proc;
  }

  /** @param onFound called for each as soon as it is found: its process may be about to end */
  search(
    inodes: ReadonlySet<number>,
    deadline: Deadline,
    onFound: (inode: number, place: Place) => void,
  ): OwnerSearch {
    const wanted = new Set(inodes);
    const result: OwnerSearch = { denied: false, cut: false };
    const hit = (inode: number, place: Place) => {
      wanted.delete(inode);
      this.#remember(place);
      onFound(inode, place);
    };
    this.#askOwners(wanted, hit);
    if (wanted.size === 0) return result;
    // A process with a million descriptors must not keep the others from being looked at.
    const deep: number[] = [];
    for (const [pids, most] of [
      [this.#newestFirst(), MAX_QUICK],
      [deep, Number.POSITIVE_INFINITY],
    ] as const) {
      for (const pid of pids) {
        if (wanted.size === 0) return result;
        result.cut = deadline.passed;
        if (result.cut) return result;
        const scanned = this.#scan(pid, wanted, most, deadline, hit);
        if (scanned === 'denied') result.denied = true;
        else if (scanned === 'more') deep.push(pid);
      }
    }
    return result;
  }

  /** Whether this process holds the socket too. */
  holds(pid: number, inode: number, deadline: Deadline): Place | undefined {
    let place: Place | undefined;
    const wanted = new Set([inode]);
    this.#scan(pid, wanted, Number.POSITIVE_INFINITY, deadline, (_, found) => {
      place = found;
      wanted.clear();
    });
    return place;
  }

  #askOwners(wanted: Set<number>, hit: (inode: number, place: Place) => void): void {
    for (const [pid, descriptor] of [...this.#owners].reverse()) {
      if (wanted.size === 0) return;
      const inode = inodeOf(`${this.#proc}/${pid}/fd/${descriptor}`, 'socket');
      if (inode !== undefined && wanted.has(inode)) hit(inode, { pid, descriptor });
      else if (inode === undefined) this.#owners.delete(pid);
    }
  }

  #scan(
    pid: number,
    wanted: ReadonlySet<number>,
    most: number,
    deadline: Deadline,
    hit: (inode: number, place: Place) => void,
  ): 'done' | 'more' | Unreadable {
    const folder = `${this.#proc}/${pid}/fd`;
    const descriptors = readNumbers(folder);
    if (typeof descriptors === 'string') return descriptors;
    const end = Math.max(0, descriptors.length - most);
    for (let i = descriptors.length; i-- > end; ) {
      const descriptor = descriptors[i] as number;
      const inode = inodeOf(`${folder}/${descriptor}`, 'socket');
      if (inode !== undefined && wanted.has(inode)) hit(inode, { pid, descriptor });
      if (wanted.size === 0 || ((i & 255) === 0 && deadline.passed)) return 'done';
    }
    return end === 0 ? 'done' : 'more';
  }

  /** The pid given out last, then those before it: pids wrap around. */
  #newestFirst(): number[] {
    const pids = readNumbers(this.#proc);
    if (typeof pids === 'string') return [];
    const last =
      Number(readText(`${this.#proc}/loadavg`, 128).trimEnd().split(' ').at(-1)) || Number.MAX_SAFE_INTEGER;
    const later = pids.filter((pid) => pid > last).sort((a, b) => b - a);
    return [...pids.filter((pid) => pid <= last).sort((a, b) => b - a), ...later];
  }

  #remember({ pid, descriptor }: Place): void {
    this.#owners.delete(pid);
    this.#owners.set(pid, descriptor);
    const [oldest] = this.#owners.keys();
    if (this.#owners.size > MAX_OWNERS && oldest !== undefined) this.#owners.delete(oldest);
  }
}
