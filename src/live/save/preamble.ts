import { Directory } from '../../bpf/directory.ts';
import type { AttributionLimits } from '../../bpf/limits.ts';
import { ProcessTable } from '../../bpf/processes.ts';
import type { JournalRecord, LossesRecord, ProcessRecord, ProcessReference } from '../../bpf/records.ts';
import type { Counters } from '../../model.ts';
import { OpenSockets } from './open-sockets.ts';
import type { Repeats } from './types.ts';

/** Names of losses that are kept; a record has no room for more. */
const MAX_COUNTERS = 256;

type Limits = Pick<AttributionLimits, 'sockets' | 'processes' | 'processText'>;

/**
 * What the records so far add up to, as far as a file that begins now has to repeat it: the sockets that
 * are open with their processes, what the host said, the latest losses, the end of the probe. Processes of
 * closed sockets are repeated later, when a record refers to them again: an agent that asks once an hour is
 * in every file.
 */
export class Preamble implements Repeats {
  readonly #limits: Limits;
  readonly #sockets: OpenSockets;
  /** All processes as a reader of every file knows them, and those that a reader of this file alone does. */
  readonly #known: ProcessTable;
  #inFile: ProcessTable;
  readonly #directory = new Directory();
  readonly #losses = new Map<string, string>();
  #lossesTime: string | undefined;
  #probeExit: JournalRecord | undefined;
  #tick: JournalRecord | undefined;

  constructor(limits: Limits, losses: Counters) {
    this.#limits = limits;
    this.#sockets = new OpenSockets(limits.sockets, losses);
    this.#known = newTable(limits);
    this.#inFile = newTable(limits);
  }

  begin(): JournalRecord[] {
    this.#inFile = newTable(this.#limits);
    const records: JournalRecord[] = [];
    for (const process of this.#sockets.processes()) this.#bring(process, records);
    records.push(...this.#sockets.records(), ...this.#directory.records());
    if (this.#lossesTime !== undefined) records.push(this.#lossesRecord(this.#lossesTime));
    if (this.#probeExit !== undefined) records.push(this.#probeExit);
    // Last, so that what stands before the first packet ends with a time near to it: a reader of a
    // sidecar tells by that whether it belongs to the capture. Sockets may be days old.
    if (this.#tick !== undefined) records.push(this.#tick);
    return records;
  }

  missing(record: JournalRecord): JournalRecord[] {
    const records: JournalRecord[] = [];
    if (record.type === 'process') {
      for (const ancestor of record.ancestors.toReversed()) this.#bring(ancestor, records);
    } else if ('process' in record && record.process !== undefined) {
      this.#bring(record.process, records);
    }
    return records;
  }

  learn(record: JournalRecord): void {
    switch (record.type) {
      case 'process':
        this.#known.add(record);
        this.#inFile.add(record);
        return;
      case 'program':
      case 'container':
      case 'unit':
      case 'user':
        this.#directory.add(record);
        return;
      case 'losses':
        this.#learnLosses(record);
        return;
      case 'probe_exit':
        this.#probeExit ??= record;
        return;
      case 'tick':
        this.#tick = record;
        return;
      case 'socket_opened':
      case 'socket_established':
      case 'socket_inherited':
      case 'socket_closed':
      case 'stream':
        this.#sockets.learn(record);
        return;
      default:
    }
  }

  /** A process with its ancestors before it, each unless it is in the file. */
  #bring(reference: ProcessReference, into: JournalRecord[]): void {
    const record = this.#known.record(reference);
    if (record === undefined || this.#inFile.has(reference)) return;
    for (const ancestor of record.ancestors.toReversed()) this.#bringOne(ancestor, into);
    this.#bringOne(reference, into);
  }

  #bringOne(reference: ProcessReference, into: JournalRecord[]): void {
    const record = this.#known.record(reference);
    if (record === undefined || this.#inFile.has(reference)) return;
    const add = (process: ProcessRecord): void => {
      this.#inFile.add(process);
      into.push(process);
    };
    add(record);
    // A reference without `exec` means the image that was written last: that has to stay the latest one.
    const latest = this.#known.record({ pid: reference.pid, start: reference.start });
    if (latest !== undefined && latest !== record) add(latest);
  }

  #learnLosses({ time, counters }: LossesRecord): void {
    this.#lossesTime = time;
    for (const [name, lost] of Object.entries(counters)) {
      if (this.#losses.has(name) || this.#losses.size < MAX_COUNTERS) this.#losses.set(name, lost);
    }
  }

  #lossesRecord(time: string): LossesRecord {
    return { type: 'losses', time, counters: Object.fromEntries(this.#losses) };
  }
}

/** What leaves here has left a reader's table too, which counts it. */
function newTable(limits: Limits): ProcessTable {
  return new ProcessTable(limits, {});
}
