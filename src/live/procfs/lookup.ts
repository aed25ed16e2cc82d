import type { JournalRecord, ProcessReference, ProcfsRecord } from '../../bpf/records.ts';
import { Deadline } from './deadline.ts';
import { readStat } from './identity.ts';
import { NetworkNamespaces } from './namespaces.ts';
import { ProcessWriter } from './process-writer.ts';
import type { LookupRequest } from './request.ts';
import { SocketOwners } from './socket-owners.ts';
import { findInTable, type TableKey, tableKey } from './tcp-table.ts';

/** For all requests of one round together. */
const ROUND_MS = 400;
/** A chain of processes that all hold the socket is not longer in practice. */
const MAX_HOLDERS = 32;

export interface LookupOptions {
  /** `/proc`. */
  proc: string;
  now(): bigint;
  write(record: JournalRecord): void;
}

interface Question {
  request: LookupRequest;
  key: TableKey | undefined;
  /** Undefined until it is in a table; 0 where no process has it any more. */
  inode: number | undefined;
  namespace: number | undefined;
}

/** Looks connections up in /proc: addresses → socket → process. */
export class Lookup {
  readonly #options: LookupOptions;
  readonly #namespaces: NetworkNamespaces;
  readonly #owners: SocketOwners;
  readonly #processes: ProcessWriter;

  constructor(options: LookupOptions) {
    this.#options = options;
    this.#namespaces = new NetworkNamespaces(options.proc);
    this.#owners = new SocketOwners(options.proc);
    this.#processes = new ProcessWriter(options.proc, options.write);
  }

  /** Answers every request, in order: the tables and the processes are gone through once for all. */
  round(requests: readonly LookupRequest[]): void {
    const deadline = new Deadline(ROUND_MS);
    const questions = requests.map(
      (request): Question => ({
        request,
        key: tableKey(request.local, request.remote),
        inode: undefined,
        namespace: undefined,
      }),
    );
    this.#findSockets(questions, deadline);
    const inodes = new Set(
      questions.flatMap(({ inode }) => (inode === undefined || inode === 0 ? [] : [inode])),
    );
    const found = new Map<number, ProcessReference | undefined>();
    const { denied, cut } = this.#owners.search(inodes, deadline, (inode, { pid }) => {
      found.set(inode, this.#processes.process(pid));
      const holder = this.#firstHolder(pid, inode, deadline);
      if (holder !== pid) found.set(inode, this.#processes.process(holder) ?? found.get(inode));
    });
    const unfound = cut ? 'overloaded' : denied ? 'denied' : 'gone';
    for (const question of questions) {
      const { inode } = question;
      const process = inode === undefined ? undefined : found.get(inode);
      if (process !== undefined) this.#write(question, { process });
      else if (inode === undefined)
        this.#write(question, { failed: deadline.passed ? 'overloaded' : 'not-found' });
      else this.#write(question, { failed: inode === 0 || found.has(inode) ? 'gone' : unfound });
    }
  }

  #findSockets(questions: readonly Question[], deadline: Deadline): void {
    let missing = questions.length;
    for (const { namespace, tcp, tcp6 } of this.#namespaces.tables(deadline)) {
      let hits = 0;
      for (const question of questions) {
        const { key } = question;
        if (key === undefined || (question.inode ?? 0) !== 0) continue;
        const entry =
          (key.v4 === undefined ? undefined : findInTable(tcp, key.v4)) ?? findInTable(tcp6, key.v6);
        if (entry === undefined) continue;
        if (entry.inode !== 0) hits++;
        question.inode = entry.inode;
        question.namespace = namespace;
      }
      missing -= hits;
      if (hits > 0) this.#namespaces.prefer(namespace);
      if (missing === 0) return;
    }
  }

  /** A socket that was handed down is named after the process that had it first. */
  #firstHolder(pid: number, inode: number, deadline: Deadline): number {
    let holder = pid;
    for (let i = 0; i < MAX_HOLDERS && !deadline.passed; i++) {
      const parent = readStat(this.#options.proc, holder)?.parent ?? 0;
      if (parent === 0 || this.#owners.holds(parent, inode, deadline) === undefined) break;
      holder = parent;
    }
    return holder;
  }

  #write({ request, namespace }: Question, answer: Pick<ProcfsRecord, 'process' | 'failed'>): void {
    const { local, remote, isn } = request;
    const time = String(this.#options.now());
    this.#options.write({ type: 'procfs', time, local, remote, isn, netns: namespace, ...answer });
  }
}
