import { count } from '../journal/counters.ts';
import { OldestFirst } from '../journal/oldest-first.ts';
import type { Counters } from '../model.ts';
import type { ProcfsRecord } from './records.ts';
import { type ConnectionQuery, tupleKey } from './sockets.ts';

/** Answers for one tuple that are kept: a reused port has several. */
const PER_TUPLE = 4;
/** A look-up follows the connection's first packet; clocks differ by less. */
const SLACK_NS = 1_000_000_000n;
/** An answer that comes later than that after the call is that of another connection. */
const LATEST_NS = 10_000_000_000n;

/** Answers of look-ups in /proc; the oldest tuples leave first. */
export class LookupTable {
  readonly #maximum: number;
  readonly #losses: Counters;
  readonly #answers = new OldestFirst<string, ProcfsRecord[]>();

  constructor(maximum: number, losses: Counters) {
    this.#maximum = maximum;
    this.#losses = losses;
  }

  add(record: ProcfsRecord): void {
    const key = tupleKey(record.local, record.remote);
    const answers = this.#answers.get(key);
    if (answers === undefined) {
      this.#answers.set(key, [record]);
      if (this.#answers.size > this.#maximum) this.#evict();
      return;
    }
    if (answers.some((answer) => answer.time === record.time)) return;
    answers.push(record);
    answers.sort((a, b) => (BigInt(a.time) < BigInt(b.time) ? -1 : 1));
    if (answers.length > PER_TUPLE) answers.shift();
  }

  /** The answer for this connection: the first since it began, one with a process before one without. */
  find(query: ConnectionQuery): ProcfsRecord | undefined {
    // Behind a NAT on this host, only one of the addresses is that of a socket.
    const answers = [query.client, ...(query.aliases ?? [])].flatMap(
      (client) => this.#answers.get(tupleKey(client, query.endpoint)) ?? [],
    );
    const latest = query.time + LATEST_NS;
    const fitting = answers.filter(({ time, isn }) => {
      if (isn !== undefined && query.clientIsn !== undefined) return isn === query.clientIsn;
      return BigInt(time) >= query.connectionTime - SLACK_NS && BigInt(time) <= latest;
    });
    return fitting.find((answer) => answer.process !== undefined) ?? fitting[0];
  }

  #evict(): void {
    const { oldest } = this.#answers;
    if (oldest === undefined) return;
    this.#answers.delete(oldest);
    count(this.#losses, 'attribution.lookups_evicted');
  }
}
