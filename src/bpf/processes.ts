import { isDeepStrictEqual } from 'node:util';
import { count } from '../journal/counters.ts';
import { Fifo } from '../journal/fifo.ts';
import { OldestFirst } from '../journal/oldest-first.ts';
import type { Counters, HostDirectory, Process, ProcessIdentity } from '../model.ts';
import { Kin } from './kin.ts';
import { Likeness } from './likeness.ts';
import type { AttributionLimits } from './limits.ts';
import type { AncestorReference, ProcessRecord, ProcessReference } from './records.ts';

interface Entry {
  record: ProcessRecord;
  size: number;
  /** A call or another process was told of it: should it have to leave, it has been of use. */
  used: boolean;
  /** What had come into the table when it was placed behind all others, in tables full. */
  placed: number;
  /** Both made once, so that whoever renders them can know them again; the process only while it is recent. */
  process: Process | undefined;
  identity: ProcessIdentity | undefined;
}

/** Rough cost of an entry besides its text. */
const ENTRY_SIZE = 256;
/**
 * So many processes are kept as they are rendered. Short-lived ones call once, and what is made of each (and what
 * others keep of it as long as it is there) is three times its record.
 */
const MAX_MADE = 256;
/**
 * Who is told of is placed behind all others again when so much of a table has come since: the ancestors of
 * short-lived callers are told of with each call, and moving ten of them each time costs more than all else here.
 */
const REPLACED_AFTER = 1 / 8;

/**
 * The processes recorded, by (pid, start) and program image; the least recently used leave first
 * ({@link REPLACED_AFTER}). A writer keeps one of its own to know what it has to write again ({@link ProcessTable.has}).
 */
export class ProcessTable {
  readonly #limits: Pick<AttributionLimits, 'processes' | 'processText'>;
  readonly #losses: Counters;
  readonly #entries = new OldestFirst<string, Entry>();
  /** The image recorded last, of processes that were recorded with an `exec`. */
  readonly #latest = new Map<string, string>();
  readonly #references = new Kin<AncestorReference>(isSameReference);
  readonly #identities = new Kin<ProcessIdentity>(Object.is);
  readonly #likeness = new Likeness();
  /** Keys of entries with a process, the one that was made first in front. */
  readonly #made = new Fifo<string>();
  readonly #directory: HostDirectory | undefined;
  #size = 0;
  /** All that has come, in tables full. */
  #come = 0;

  /** @param directory where what is looked up on the host of these processes will stand */
  constructor(
    limits: Pick<AttributionLimits, 'processes' | 'processText'>,
    losses: Counters,
    directory?: HostDirectory,
  ) {
    this.#limits = limits;
    this.#losses = losses;
    this.#directory = directory;
  }

  /** One that is there already, as a file repeats it that begins anew, changes nothing: not even what leaves next. */
  add(record: ProcessRecord): void {
    const key = keyOf(record);
    const known = this.#entries.get(key);
    if (known === undefined || !saysTheSame(known.record, record)) {
      this.#remove(key);
      this.#put(key, record);
    }
    if (record.exec !== undefined) this.#latest.set(identityOf(record), key);
    this.#evict();
  }

  #put(key: string, record: ProcessRecord): void {
    const size = sizeOf(record);
    record.ancestors = this.#references.share(record.ancestors);
    this.#likeness.share(record);
    this.#come += 1 / this.#limits.processes + size / this.#limits.processText;
    const placed = this.#come;
    this.#entries.set(key, { record, size, used: false, placed, process: undefined, identity: undefined });
    this.#size += size;
  }

  #evict(): void {
    while (this.#entries.size > this.#limits.processes || this.#size > this.#limits.processText) {
      const { oldest } = this.#entries;
      if (oldest === undefined) return;
      // In a long session all leave at some time; a loss is who leaves before its call has come.
      if (!this.#entries.get(oldest)?.used) count(this.#losses, 'attribution.processes_evicted');
      this.#remove(oldest);
    }
  }

  /** Whether it is known. To ask is to use it: what a writer refers to stays. */
  has(reference: ProcessReference): boolean {
    return this.#use(reference) !== undefined;
  }

  /** What was recorded of the image that the reference means. */
  record(reference: ProcessReference): ProcessRecord | undefined {
    return this.#use(reference)?.record;
  }

  /** The process with its ancestors, each with what is recorded of it; undefined where it is not recorded. */
  get(reference: ProcessReference, bootTime: bigint | undefined): Process | undefined {
    const key = this.#resolve(reference);
    const entry = this.#useKey(key);
    if (entry === undefined) return undefined;
    if (entry.process !== undefined) return entry.process;
    const { record } = entry;
    let whole = true;
    const ancestors = record.ancestors.map((ancestor) => {
      const known = this.#use(ancestor);
      whole &&= known !== undefined;
      if (known === undefined) return ancestorOf(ancestor);
      known.identity ??= identityFrom(known.record);
      return known.identity;
    });
    const process: Process = { ...identityFrom(record), ancestors: this.#identities.share(ancestors) };
    if (this.#directory !== undefined) process.directory = this.#directory;
    if (bootTime !== undefined) process.startTime = bootTime + BigInt(record.start);
    if (whole) this.#keep(key, entry, process);
    return process;
  }

  #resolve(reference: ProcessReference): string {
    if (reference.exec !== undefined) return keyOf(reference);
    const identity = identityOf(reference);
    return this.#latest.get(identity) ?? identity;
  }

  #keep(key: string, entry: Entry, process: Process): void {
    entry.process = process;
    this.#made.push(key);
    if (this.#made.length <= MAX_MADE) return;
    const first = this.#entries.get(this.#made.shift() ?? '');
    if (first !== undefined) first.process = undefined;
  }

  #use(reference: ProcessReference): Entry | undefined {
    return this.#useKey(this.#resolve(reference));
  }

  #useKey(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    entry.used = true;
    if (this.#place(key, entry)) this.#placeAll(entry.record.ancestors);
    return entry;
  }

  /** They leave after those who descend from them, who are not told of without them. */
  #placeAll(ancestors: readonly AncestorReference[]): void {
    for (const ancestor of ancestors) {
      const key = this.#resolve(ancestor);
      const entry = this.#entries.get(key);
      if (entry !== undefined) this.#place(key, entry);
    }
  }

  /** Behind all others, unless it is near to that. */
  #place(key: string, entry: Entry): boolean {
    if (this.#come - entry.placed <= REPLACED_AFTER) return false;
    entry.placed = this.#come;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return true;
  }

  #remove(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#size -= entry.size;
    const identity = identityOf(entry.record);
    if (this.#latest.get(identity) === key) this.#latest.delete(identity);
  }
}

function identityOf({ pid, start }: ProcessReference): string {
  return `${pid} ${start}`;
}

function keyOf(reference: ProcessReference): string {
  const identity = identityOf(reference);
  return reference.exec === undefined ? identity : `${identity} ${reference.exec}`;
}

/** But for when it was written, and where. */
function saysTheSame(some: ProcessRecord, other: ProcessRecord): boolean {
  const nowhere = { time: undefined, after_packet: undefined };
  return isDeepStrictEqual({ ...some, ...nowhere }, { ...other, ...nowhere });
}

function isSameReference(a: AncestorReference, b: AncestorReference): boolean {
  return a.pid === b.pid && a.start === b.start && a.exec === b.exec && a.name === b.name;
}

function sizeOf(record: ProcessRecord): number {
  let size = ENTRY_SIZE * (1 + record.ancestors.length);
  for (const arg of record.args ?? []) size += arg.length + 16;
  return size + (record.executable?.length ?? 0) + (record.cgroup_path?.length ?? 0);
}

function ancestorOf({ pid, start, name }: AncestorReference): ProcessIdentity {
  return name === undefined ? { pid, start } : { pid, start, name };
}

/** Login uid of a process that nobody logged in for (linux/uidgid.h: INVALID_UID). */
const NO_LOGIN = 0xffffffff;

/** What is not recorded is absent. */
function identityFrom(record: ProcessRecord): ProcessIdentity {
  const identity: ProcessIdentity = { pid: record.pid, start: record.start };
  if (record.name !== undefined) identity.name = record.name;
  if (record.executable !== undefined) identity.executable = record.executable;
  if (record.args !== undefined) identity.args = record.args;
  if (record.args_truncated !== undefined) identity.argsTruncated = record.args_truncated;
  if (record.user_id !== undefined) identity.userId = String(record.user_id);
  if (record.user_name !== undefined) identity.userName = record.user_name;
  if (record.login_user_id !== undefined && record.login_user_id !== NO_LOGIN) {
    identity.loginUserId = String(record.login_user_id);
  }
  if (record.cgroup_path !== undefined) identity.cgroupPath = record.cgroup_path;
  if (record.container_id !== undefined) identity.containerId = record.container_id;
  if (record.unit !== undefined) identity.unit = record.unit;
  if (record.namespace_pid !== undefined) identity.namespacePid = record.namespace_pid;
  if (record.mntns !== undefined) identity.mountNamespace = record.mntns;
  if (record.chroot === true) identity.isChroot = true;
  return identity;
}
