import { Attributor } from '../../../src/bpf/attribution.ts';
import { DEFAULT_LIMITS } from '../../../src/bpf/limits.ts';
import type { JournalRecord, SessionRecord } from '../../../src/bpf/records.ts';
import type { AttributedCall, ConnectionSummary, ImdsCall } from '../../../src/model.ts';
import { at, CLIENT, ENDPOINT, journal } from '../../support/journal.ts';

export const ns = (milliseconds: number): bigint => BigInt(at(milliseconds));

export function call(milliseconds: number, over: Partial<ImdsCall> = {}): ImdsCall {
  const time = ns(milliseconds);
  return {
    endpoint: ENDPOINT,
    client: CLIENT,
    clientIsn: 1000,
    requestOffset: 0,
    connectionTime: time,
    time,
    packetNumber: 1,
    version: 'v1',
    ...over,
  };
}

export function connection(milliseconds: number, over: Partial<ConnectionSummary> = {}): ConnectionSummary {
  return {
    endpoint: ENDPOINT,
    client: CLIENT,
    aliases: [],
    clientIsn: 1000,
    time: ns(milliseconds),
    endTime: ns(milliseconds),
    packetNumber: 1,
    handshake: 'established',
    provenEmpty: false,
    requestBytes: 0,
    responseBytes: 0,
    missingBytes: 0,
    calls: 0,
    ...over,
  };
}

/** An attributor, and what came out of it in words: `MATCH PID NAME (REASON)`. */
export class Bench {
  readonly emitted: AttributedCall[] = [];
  readonly attributor: Attributor;

  constructor(limits = DEFAULT_LIMITS) {
    this.attributor = new Attributor({
      capture: 'a.pcap',
      endpoints: [ENDPOINT],
      emit: (attributed) => this.emitted.push(attributed),
      limits,
    });
  }

  records(...records: JournalRecord[]): this {
    for (const record of records) this.attributor.record(record);
    return this;
  }

  call(milliseconds: number, over: Partial<ImdsCall> = {}): this {
    this.attributor.now(Number(ns(milliseconds)) / 1e6);
    this.attributor.call(call(milliseconds, over));
    return this;
  }

  connection(milliseconds: number, over: Partial<ConnectionSummary> = {}): this {
    this.attributor.connectionEnd(connection(milliseconds, over));
    return this;
  }

  end(): this {
    this.attributor.end();
    return this;
  }

  get words(): string[] {
    return this.emitted.map(({ attribution, process, call: { version, operation, unknownReason } }) => {
      const what =
        version === 'v1' ? '' : `${[version ?? operation, unknownReason].filter(Boolean).join(' ')}: `;
      const who = process === undefined ? '-' : `${process.pid} ${process.name ?? '?'}`;
      const why = attribution.reason === undefined ? '' : ` (${attribution.reason})`;
      return `${what}${attribution.match} ${who}${why}`;
    });
  }
}

export const P7 = { pid: 7, start: '70' };
export const P8 = { pid: 8, start: '80' };

export function began(over: Partial<SessionRecord> = {}): Bench {
  return new Bench().records(journal.session(over), journal.process(P7), journal.process(P8));
}
