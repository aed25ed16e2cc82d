import { Deadline } from './deadline.ts';
import { inodeOf, readNumbers, readTable } from './files.ts';

/** After so long every process is asked again for its namespace: it may have moved. */
const REFRESH_MS = 1000;
/** A host with more than that is asked for the first ones only. */
const MAX_NAMESPACES = 1024;
/** Some 200,000 sockets. */
const MAX_TABLE_BYTES = 32 * 1024 * 1024;
const MAX_MEMBERS = 8;
const MAX_HINTS = 4096;

export interface Table {
  namespace: number;
  family: 4 | 6;
  text: string;
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
    for (const pid of pids) {
      const before = this.#known.get(pid);
      if (before !== undefined) known.set(pid, before);
      else if (!deadline.passed) this.#ask(pid, known);
    }
    this.#known = known;
  }

  #ask(pid: number, known: Map<number, number>): void {
    const inode = inodeOf(`${this.#proc}/${pid}/ns/net`, 'net');
    if (inode === undefined) return;
    known.set(pid, inode);
    const members = this.#members.get(inode);
    if (members === undefined) {
      if (this.#members.size < MAX_NAMESPACES) this.#members.set(inode, [pid]);
    } else if (!members.includes(pid)) {
      // The first ones tend to stay: they are what the namespace was made for.
      if (members.length >= MAX_MEMBERS) members.splice(MAX_MEMBERS / 2, 1);
      members.push(pid);
    }
  }
}
