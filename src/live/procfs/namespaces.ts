import { Deadline } from './deadline.ts';
import { fileInode, inodeOf, readNumbers, readTable, readText } from './files.ts';
import { readStat } from './identity.ts';
import { canonical, localAddresses } from './local-addresses.ts';

/** After so long every process is asked again for its namespace: it may have moved. */
const REFRESH_MS = 1000;
/** A host with more than that is asked for the first ones only. */
const MAX_NAMESPACES = 1024;
/** Some 200,000 sockets. */
const MAX_TABLE_BYTES = 32 * 1024 * 1024;
const MAX_MEMBERS = 8;
const MAX_HINTS = 4096;
const MAX_SEEN = 4096;
/** Processes that do not show their namespace, of which it is asked otherwise. */
const MAX_DENIED = 64;
/** /proc counts in hundredths of a second, and cuts off what is below. */
const TICK_MS = 10;

export interface Table {
  namespace: number;
  family: 4 | 6;
  text: string;
}

/** A namespace in which a process had a new socket. */
interface Seen {
  /** As performance.now() has it: when that was last, and since when these are its addresses. */
  at: number;
  asked: number;
  addresses: ReadonlySet<string>;
  /** Inode of its table. */
  table: number | undefined;
}

/** The network namespaces that have processes, and their sockets: the one that was right last comes first. */
export class NetworkNamespaces {
  readonly #proc: string;
  /** By inode: some processes of it. */
  #members = new Map<number, number[]>();
  #known = new Map<number, number>();
  /** Namespace by local address. */
  readonly #hints = new Map<string, number>();
  #refreshed = Number.NEGATIVE_INFINITY;
  /** Those that processes with new sockets were in; the oldest leave first. */
  readonly #seen = new Map<number, Seen>();
  /** Processes of which the namespace is not known. */
  #denied: number[] = [];
  /** Every process was asked. */
  #isComplete = false;

  constructor(proc: string) {
    this.#proc = proc;
    this.#refresh(new Deadline(REFRESH_MS));
  }

  /**
   * Tables of one namespace after the other, also of those that only came to be now. The kernel takes
   * milliseconds for each, however few sockets there are; it is awaited, so that others can be asked about.
   */
  async *tables(wanted: { hasIpv4: boolean }, deadline: Deadline): AsyncGenerator<Table> {
    const seen = new Set<number>();
    for (let round = 0; round < 2; round++) {
      if (round === 1 || this.#members.size === 0) this.#refresh(deadline);
      for (const namespace of [...this.#members.keys()]) {
        if (seen.has(namespace)) continue;
        seen.add(namespace);
        for (const family of wanted.hasIpv4 ? ([4, 6] as const) : ([6] as const)) {
          if (deadline.passed) return;
          const text = await this.read(namespace, family);
          if (text !== undefined) yield { namespace, family, text };
        }
      }
    }
  }

  /** Where this address was last, else where the last socket was. */
  likely(address: string): number | undefined {
    const hint = this.#hints.get(address);
    if (hint !== undefined && this.#members.has(hint)) return hint;
    const [first] = this.#members.keys();
    return first;
  }

  /** A socket with this address was there: the next look-up begins with it. */
  prefer(namespace: number, address: string): void {
    this.#hints.delete(address);
    this.#hints.set(address, namespace);
    const [oldest] = this.#hints.keys();
    if (this.#hints.size > MAX_HINTS && oldest !== undefined) this.#hints.delete(oldest);
    const members = this.#members.get(namespace);
    const [first] = this.#members.keys();
    if (members === undefined || first === namespace) return;
    const rest = [...this.#members].filter(([inode]) => inode !== namespace);
    this.#members = new Map([[namespace, members], ...rest]);
  }

  /** A process with a new socket: its namespace is there now. */
  see(pid: number): void {
    const inode = inodeOf(`${this.#proc}/${pid}/ns/net`, 'net');
    if (inode === undefined) return;
    const at = performance.now();
    const before = this.#seen.get(inode);
    const isFresh = before !== undefined && at - before.asked < REFRESH_MS;
    const folder = `${this.#proc}/${pid}`;
    const seen = { at, asked: at, addresses: localAddresses(folder), table: this.#tableOf(pid) };
    this.#seen.delete(inode);
    this.#seen.set(inode, isFresh ? { ...before, at } : seen);
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > MAX_SEEN && oldest !== undefined) this.#seen.delete(oldest);
  }

  /**
   * Of a socket that is in no table: whether whoever had it must have ended. Its address is one of a namespace that
   * was there when it was asked about, and of the processes of then none is left. That is never so of the host's own
   * addresses, which others behind a NAT have too.
   *
   * @param asked as performance.now() has it
   */
  haveEnded(address: string, asked: number): boolean {
    const own = canonical(address);
    const seen = [...this.#seen].filter(
      ([, { at, addresses }]) => own !== undefined && at >= asked && addresses.has(own),
    );
    return this.#isComplete && seen.length > 0 && seen.every((each) => this.#isDeserted(each, asked));
  }

  /** Of the processes that may have been in it at that time, none is left. */
  #isDeserted([namespace, { table }]: [number, Seen], asked: number): boolean {
    const isElsewhere = (pid: number) => ![undefined, table].includes(this.#tableOf(pid));
    if (table === undefined || !this.#denied.every(isElsewhere)) return false;
    const sinceBoot = Number.parseFloat(readText(`${this.#proc}/uptime`, 64)) * 1000;
    if (Number.isNaN(sinceBoot)) return false;
    const youngest = sinceBoot + TICK_MS - (performance.now() - asked);
    for (const [pid, inode] of this.#known) {
      if (inode !== namespace) continue;
      const stat = readStat(this.#proc, pid);
      if (stat !== undefined && stat.state !== 'Z' && Number(stat.start) / 1e6 < youngest) return false;
    }
    return true;
  }

  async read(namespace: number, family: 4 | 6): Promise<string | undefined> {
    const members = this.#members.get(namespace) ?? [];
    for (let pid = members[0]; pid !== undefined; pid = members[0]) {
      const folder = `${this.#proc}/${pid}`;
      // A pid that is another process' by now would lead to another namespace.
      if (inodeOf(`${folder}/ns/net`, 'net') === namespace) {
        const text = await readTable(`${folder}/net/${family === 4 ? 'tcp' : 'tcp6'}`, MAX_TABLE_BYTES);
        if (text !== undefined) return text;
      }
      if (members[0] === pid) members.shift();
    }
    this.#members.delete(namespace);
    return undefined;
  }

  /** One that has ended has no namespace; others do not show it. */
  #deny(pid: number): void {
    if (this.#denied.length >= MAX_DENIED) this.#isComplete = false;
    else if ((readStat(this.#proc, pid)?.state ?? 'Z') !== 'Z') this.#denied.push(pid);
  }

  /** Another number in each namespace, and told without the right to trace the process (fs/proc/generic.c). */
  #tableOf(pid: number): number | undefined {
    return fileInode(`${this.#proc}/${pid}/net/tcp`);
  }

  /** Asks the processes that are new; once in a while, all. */
  #refresh(deadline: Deadline): void {
    const pids = readNumbers(this.#proc);
    if (typeof pids === 'string') return;
    const now = performance.now();
    if (now - this.#refreshed > REFRESH_MS) {
      this.#refreshed = now;
      this.#known.clear();
    }
    const known = new Map<number, number>();
    this.#isComplete = true;
    this.#denied = [];
    for (const pid of pids) {
      const before = this.#known.get(pid);
      if (before !== undefined) known.set(pid, before);
      else if (deadline.passed) this.#isComplete = false;
      else this.#ask(pid, known);
    }
    this.#known = known;
  }

  #ask(pid: number, known: Map<number, number>): void {
    const inode = inodeOf(`${this.#proc}/${pid}/ns/net`, 'net');
    if (inode === undefined) {
      this.#deny(pid);
      return;
    }
    known.set(pid, inode);
    const members = this.#members.get(inode);
    if (members === undefined) {
      if (this.#members.size < MAX_NAMESPACES) this.#members.set(inode, [pid]);
      else this.#isComplete = false;
    } else if (!members.includes(pid)) {
      // The first ones tend to stay: they are what the namespace was made for.
      if (members.length >= MAX_MEMBERS) members.splice(MAX_MEMBERS / 2, 1);
      members.push(pid);
    }
  }
}
