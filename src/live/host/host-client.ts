import { MAX_ANSWERS } from '../../bpf/directory.ts';
import { parseRecord } from '../../bpf/parse.ts';
import type { ProcessRecord } from '../../bpf/records.ts';
import type { JournalHandler } from '../../ports.ts';
import type { HostAnswers } from '../live-source.ts';
import { FairQueue } from '../procfs/fair-queue.ts';
import { FairShare } from '../procfs/fair-share.ts';
import { RootWorker, type RootWorkerOptions } from '../root-worker.ts';
import { ToldLosses } from '../told-losses.ts';
import { keyOf, type Question } from './question.ts';
import { questionsOf } from './questions-of.ts';

/** What waits or is under way. One who floods has half of it, and his questions wait for all others'. */
const MAX_PLACES = 1024;
/** The worker takes 32 at a time, and rests. */
const MAX_UNDER_WAY = 64;
/** Reading a record costs more than most of what is done with it: 20 ms of a second at most. */
const MAX_READ_PER_SECOND = 1000;
const TURNED_AWAY = 'host.turned_away';
const UNANSWERED = 'host.unanswered';
const NOWHERE = { offset: 0, packetsBefore: 0 };
const PROCESS = Buffer.from('{"type":"process"');
const DONE = Buffer.from('{"done":');

interface Asked {
  question: Question;
  key: string;
  client: string;
}

/** Whoever answers: see worker.ts. */
export type HostWorker = Pick<RootWorker, 'onLine' | 'ended' | 'isRunning' | 'ask' | 'end'>;

export interface HostClientOptions {
  now(): bigint;
  /** The worker has ended although nobody asked it to. */
  onLoss(reason: string): void;
}

/**
 * The asking side: of each process that is recorded, what is not known yet, once; answers into the
 * journal. What comes faster than it can be answered is turned away, and asked again with the next process.
 */
export class HostClient implements HostAnswers {
  readonly #worker: HostWorker;
  readonly #options: HostClientOptions;
  readonly #share = new FairShare(MAX_PLACES);
  readonly #waiting = new FairQueue<Asked>();
  readonly #underWay = new Map<string, Asked>();
  /** As many of each kind as a reader keeps answers: what it forgets is asked again. */
  readonly #asked: Readonly<Record<Question['kind'], Set<string>>> = {
    program: new Set(),
    container: new Set(),
    unit: new Set(),
    user: new Set(),
  };
  readonly #losses: ToldLosses;
  #second = { begin: 0n, read: 0 };
  #handler: Pick<JournalHandler, 'record'> | undefined;
  #isEnding = false;

  constructor(worker: HostWorker, options: HostClientOptions) {
    this.#worker = worker;
    this.#options = options;
    this.#losses = new ToldLosses({
      now: options.now,
      write: (record) => {
        this.#handler?.record(Buffer.from(JSON.stringify(record)), NOWHERE);
        return this.#handler !== undefined;
      },
    });
    worker.onLine = (line) => this.#answered(line);
    void worker.ended.then((reason) => {
      if (this.#isEnding) return;
      this.#giveUp();
      options.onLoss(reason);
    });
  }

  /**
   * Resolves when the worker runs. To be called as root, which it keeps.
   *
   * @throws PrerequisiteError where no second process can be started
   */
  static async start(
    options: HostClientOptions & Pick<RootWorkerOptions, 'root' | 'clockOffset'>,
  ): Promise<HostClient> {
    const { root, clockOffset } = options;
    const worker = await RootWorker.start({
      root,
      folder: 'host',
      purpose: 'what the host says of programs',
      remedy: 'Calls are shown without packages, images and timers.',
      clockOffset,
    });
    return new HostClient(worker, options);
  }

  answerTo(handler: Pick<JournalHandler, 'record'>): void {
    this.#handler = handler;
  }

  learn(json: Uint8Array): void {
    if (!this.#worker.isRunning || !startsWith(json, PROCESS)) return;
    if (!this.#hasTime()) {
      this.#losses.count(TURNED_AWAY);
      return;
    }
    const parsed = parseRecord(json);
    if ('record' in parsed && parsed.record.type === 'process') this.#ask(parsed.record);
  }

  /** Waits for what is still to be answered, for a while. */
  async end(): Promise<void> {
    this.#isEnding = true;
    this.#hand(MAX_PLACES);
    await this.#worker.end();
    this.#giveUp();
    this.#losses.tell();
  }

  #ask(record: ProcessRecord): void {
    const client = `${record.user_id} ${record.container_id}`;
    for (const question of questionsOf(record)) {
      const key = keyOf(question);
      const asked = this.#asked[question.kind];
      if (asked.has(key)) continue;
      if (!this.#share.take(client)) {
        this.#losses.count(TURNED_AWAY);
        continue;
      }
      asked.add(key);
      const [oldest] = asked;
      if (asked.size > MAX_ANSWERS && oldest !== undefined) asked.delete(oldest);
      this.#waiting.push(client, { question, key, client });
    }
    this.#hand(MAX_UNDER_WAY);
  }

  #hand(maximum: number): void {
    for (const asked of this.#waiting.take(Math.max(0, maximum - this.#underWay.size))) {
      // Of a question that was forgotten while it waited, and came again.
      if (this.#underWay.has(asked.key)) this.#share.giveBack(asked.client);
      else {
        this.#underWay.set(asked.key, asked);
        this.#worker.ask(asked.question);
      }
    }
  }

  #answered(line: Buffer): void {
    if (!startsWith(line, DONE)) {
      this.#handler?.record(line, NOWHERE);
      return;
    }
    const { done } = JSON.parse(line.toString('utf8')) as { done: string };
    const asked = this.#underWay.get(done);
    if (asked === undefined) return;
    this.#underWay.delete(done);
    this.#share.giveBack(asked.client);
    this.#hand(MAX_UNDER_WAY);
  }

  #giveUp(): void {
    this.#losses.count(UNANSWERED, this.#underWay.size + this.#waiting.size);
    this.#underWay.clear();
    this.#waiting.take(MAX_PLACES);
  }

  #hasTime(): boolean {
    const now = this.#options.now();
    if (now - this.#second.begin >= 1_000_000_000n) this.#second = { begin: now, read: 0 };
    return ++this.#second.read <= MAX_READ_PER_SECOND;
  }
}

function startsWith(bytes: Uint8Array, start: Buffer): boolean {
  return start.compare(bytes, 0, Math.min(start.length, bytes.length)) === 0;
}
