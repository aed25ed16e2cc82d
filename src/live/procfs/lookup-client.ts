import { existsSync } from 'node:fs';
import type { LossesRecord, ProcfsFailure, ProcfsRecord } from '../../bpf/records.ts';
import { PrerequisiteError } from '../../errors.ts';
import type { JournalHandler } from '../../ports.ts';
import { RootWorker } from '../root-worker.ts';
import { ToldLosses } from '../told-losses.ts';
import { clientOf } from './client-of.ts';
import { FairShare } from './fair-share.ts';
import type { LookupRequest } from './request.ts';

/** So many are under way at most: there is no use in asking after seconds. */
const MAX_UNDER_WAY = 1024;
const NOWHERE = { offset: 0, packetsBefore: 0 };
const REMEDY = 'Where the probe is missing, calls are shown without their processes.';
const ANSWER = Buffer.from('{"type":"procfs"');

export interface LookupClientOptions {
  /** Folder of package.json. */
  root: string;
  now(): bigint;
  /** What `now` adds to the monotonic clock; the worker's clock is to tell the same. */
  clockOffset: bigint;
  /** The worker has ended although nobody asked it to. */
  onLoss(reason: string): void;
}

type RecordHandler = Pick<JournalHandler, 'record'>;

/** The asking side: requests to the worker that keeps root, its answers into the journal. */
export class LookupClient {
  readonly #worker: RootWorker;
  readonly #options: LookupClientOptions;
  readonly #share = new FairShare(MAX_UNDER_WAY);
  /** What the worker has been asked and has not answered. */
  readonly #underWay = new Map<string, LookupRequest>();
  readonly #losses: ToldLosses;
  #handler: RecordHandler | undefined;
  #isEnding = false;
  /** It stands by until {@link LookupClient.begin}. */
  #isAsking = false;

  private constructor(worker: RootWorker, options: LookupClientOptions) {
    this.#worker = worker;
    this.#options = options;
    this.#losses = new ToldLosses({ now: options.now, write: (record) => this.#write(record) });
    worker.onLine = (line) => this.#answered(line);
    void worker.ended.then((reason) => this.#hasEnded(reason));
  }

  /**
   * Resolves when the worker runs. To be called as root, which it keeps.
   *
   * @throws PrerequisiteError where there is no /proc, or no second process can be started
   */
  static async start(options: LookupClientOptions): Promise<LookupClient> {
    if (!existsSync('/proc/self/net/tcp')) {
      throw new PrerequisiteError('there is no /proc here', { code: 'procfs.unavailable', remedy: REMEDY });
    }
    const { root, clockOffset } = options;
    const purpose = 'look-ups in /proc';
    const worker = await RootWorker.start({ root, folder: 'procfs', purpose, remedy: REMEDY, clockOffset });
    return new LookupClient(worker, options);
  }

  /** Whether connections are to be asked about. */
  get isAsking(): boolean {
    return this.#isAsking;
  }

  /** Whether answers can be had. */
  get isRunning(): boolean {
    return this.#worker.isRunning;
  }

  /** Connections are asked about from now on: the probe, which knew better, is gone. */
  begin(): void {
    this.#isAsking = true;
  }

  /** Where the answers go; before the first request. */
  answerTo(handler: RecordHandler): void {
    this.#handler = handler;
    this.#losses.tell();
  }

  ask(request: LookupRequest): void {
    const key = keyOf(request);
    if (this.#underWay.has(key)) return;
    if (!this.#worker.isRunning) this.#turnAway(request, 'ended', 'procfs.unanswered');
    else if (!this.#share.take(clientOf(request.local.address))) {
      this.#turnAway(request, 'overloaded', 'procfs.overloaded');
    } else {
      this.#underWay.set(key, request);
      this.#worker.ask(request);
    }
  }

  /** Waits for the answers that are under way, for a while. */
  async end(): Promise<void> {
    this.#isEnding = true;
    await this.#worker.end();
    this.#losses.count('procfs.unanswered', this.#underWay.size);
    this.#losses.tell();
  }

  #hasEnded(reason: string): void {
    if (this.#isEnding) return;
    this.#losses.count('procfs.exits');
    for (const request of this.#underWay.values()) this.#turnAway(request, 'ended', 'procfs.unanswered');
    this.#underWay.clear();
    this.#losses.tell();
    this.#options.onLoss(reason);
  }

  #answered(line: Buffer): void {
    if (line.subarray(0, ANSWER.length).equals(ANSWER)) {
      const answer = JSON.parse(line.toString('latin1')) as ProcfsRecord;
      if (this.#underWay.delete(keyOf(answer))) this.#share.giveBack(clientOf(answer.local.address));
      if (answer.failed === 'overloaded') this.#losses.count('procfs.overloaded');
    }
    this.#handler?.record(line, NOWHERE);
  }

  /** The answer is given in the worker's place. */
  #turnAway({ local, remote, isn }: LookupRequest, failed: ProcfsFailure, counter: string): void {
    this.#write({ type: 'procfs', time: String(this.#options.now()), local, remote, isn, failed });
    this.#losses.count(counter);
  }

  #write(record: ProcfsRecord | LossesRecord): boolean {
    this.#handler?.record(Buffer.from(JSON.stringify(record)), NOWHERE);
    return this.#handler !== undefined;
  }
}

function keyOf({ local, remote, isn }: LookupRequest): string {
  return `${local.address} ${local.port} ${remote.address} ${remote.port} ${isn ?? ''}`;
}
