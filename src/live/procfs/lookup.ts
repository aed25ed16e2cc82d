import { setTimeout } from 'node:timers/promises';
import type { JournalRecord, ProcfsRecord } from '../../bpf/records.ts';
import { clientOf } from './client-of.ts';
import { Deadline } from './deadline.ts';
import { FairQueue } from './fair-queue.ts';
import { readStat } from './identity.ts';
import { NetworkNamespaces, type Table } from './namespaces.ts';
import { Portraits } from './portraits.ts';
import { type Portrait, ProcessWriter } from './process-writer.ts';
import type { LookupRequest } from './request.ts';
import { SocketOwners } from './socket-owners.ts';
import { findInTable, type TableKey, tableKey } from './tcp-table.ts';

/** For all requests of one round together. */
const ROUND_MS = 400;
/** A chain of processes that all hold the socket is not longer in practice. */
const MAX_HOLDERS = 32;
/** Namespaces that are read for one round before all are. */
const MAX_LIKELY = 3;
const MAX_SWEPT = 512;
/** Sweeps take half of one CPU at most: the callers need it too. */
const REST_FACTOR = 1;

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
  /** As performance.now() has it. */
  asked: number;
}

/** Looks connections up in /proc: addresses → socket → process. */
export class Lookup {
  readonly #options: LookupOptions;
  readonly #namespaces: NetworkNamespaces;
  readonly #owners: SocketOwners;
  readonly #processes: ProcessWriter;
  readonly #portraits: Portraits;
  readonly #missed = new FairQueue<Question>();
  #isSweeping = false;

  constructor(options: LookupOptions) {
    this.#options = options;
    this.#namespaces = new NetworkNamespaces(options.proc);
    this.#owners = new SocketOwners(options.proc);
    this.#processes = new ProcessWriter(options.proc, options.write);
    this.#portraits = new Portraits(options.proc, (pid) => {
      // The process first: it is about to end.
      const portrait = this.#processes.read(pid);
      this.#namespaces.see(pid);
      return portrait;
    });
  }

  /** To be called as soon as there are requests; their round may have to wait. */
  glance(): void {
    this.#portraits.glance();
  }

  /**
   * Answers the requests, those first whose socket is where it is expected. What is in no table there
   * takes a look at all of them, and the others do not wait for it.
   */
  async round(requests: readonly LookupRequest[]): Promise<void> {
    const asked = performance.now();
    const questions = requests.map(
      (request): Question => ({
        request,
        key: tableKey(request.local, request.remote),
        inode: undefined,
        namespace: undefined,
        asked,
      }),
    );
    await this.#askLikely(questions);
    this.#answer(questions.filter(isFound), new Deadline(ROUND_MS));
    for (const question of questions) {
      if (!isFound(question)) this.#missed.push(clientOf(question.request.local.address), question);
    }
    // Nobody waits for it: who comes meanwhile is asked about at once.
    void this.#sweep();
  }

  async #askLikely(questions: readonly Question[]): Promise<void> {
    const groups = new Map<number, Question[]>();
    for (const question of questions) {
      const namespace = this.#namespaces.likely(question.request.local.address);
      if (namespace === undefined) continue;
      const group = groups.get(namespace);
      if (group !== undefined) group.push(question);
      else if (groups.size < MAX_LIKELY) groups.set(namespace, [question]);
    }
    const reads = [...groups].map(async ([namespace, group]) => {
      const family = group.some(({ key }) => key?.v4 !== undefined) ? 4 : 6;
      const text = await this.#namespaces.read(namespace, family);
      if (text !== undefined) this.#match(group, { namespace, family, text });
    });
    await Promise.all(reads);
  }

  /** One at a time, for all that were missed until it began. */
  async #sweep(): Promise<void> {
    if (this.#isSweeping) return;
    this.#isSweeping = true;
    while (this.#missed.size > 0) {
      const began = performance.now();
      const questions = this.#missed.take(MAX_SWEPT);
      const deadline = new Deadline(ROUND_MS);
      const hasIpv4 = questions.some(({ key }) => key?.v4 !== undefined);
      for await (const table of this.#namespaces.tables({ hasIpv4 }, deadline)) {
        const open = questions.filter((question) => !isFound(question));
        if (open.length === 0) break;
        this.#match(open, table);
      }
      this.#answer(questions, deadline);
      await setTimeout((performance.now() - began) * REST_FACTOR);
    }
    this.#isSweeping = false;
  }

  #match(questions: readonly Question[], { namespace, family, text }: Table): void {
    for (const question of questions) {
      const key = family === 4 ? question.key?.v4 : question.key?.v6;
      const inode = key === undefined ? undefined : findInTable(text, key)?.inode;
      if (inode === undefined) continue;
      question.inode = inode;
      question.namespace = namespace;
      this.#namespaces.prefer(namespace, question.request.local.address);
    }
  }

  #answer(questions: readonly Question[], deadline: Deadline): void {
    const found = new Map<number, Portrait | undefined>();
    const wanted = new Set<number>();
    for (const { inode } of questions) {
      if (inode === undefined || inode === 0) continue;
      const portrait = this.#portraits.of(inode);
      if (portrait === undefined) wanted.add(inode);
      else found.set(inode, portrait);
    }
    const { denied, cut } = this.#owners.search(wanted, deadline, (inode, { pid }) => {
      found.set(inode, this.#processes.read(pid));
      const holder = this.#firstHolder(pid, inode, deadline);
      if (holder !== pid) found.set(inode, this.#processes.read(holder) ?? found.get(inode));
    });
    const unfound = cut ? 'overloaded' : denied ? 'denied' : 'gone';
    for (const question of questions) {
      const { inode } = question;
      const portrait = inode === undefined ? undefined : found.get(inode);
      if (portrait !== undefined) this.#write(question, { process: this.#processes.write(portrait) });
      else if (inode === undefined) {
        this.#write(question, { failed: deadline.passed ? 'overloaded' : this.#whyInNoTable(question) });
      } else this.#write(question, { failed: inode === 0 || found.has(inode) ? 'gone' : unfound });
    }
  }

  #whyInNoTable({ request, asked }: Question): 'gone' | 'not-found' {
    return this.#namespaces.haveEnded(request.local.address, asked) ? 'gone' : 'not-found';
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

function isFound({ inode }: Question): boolean {
  return inode !== undefined;
}
