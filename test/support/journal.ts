import type {
  JournalRecord,
  LossesRecord,
  ProcessRecord,
  ProcessReference,
  ProcfsRecord,
  SessionRecord,
  SocketClosedRecord,
  SocketOpenedRecord,
  StreamRecord,
} from '../../src/bpf/records.ts';

/** 2026-11-23T20:26:07Z */
export const START_NS = 1_795_465_567_000_000_000n;
export const ENDPOINT = { address: '169.254.169.254', port: 80, family: 4 } as const;
export const CLIENT = { address: '10.0.0.5', port: 40_000 };

const REMOTE = { address: ENDPOINT.address, port: ENDPOINT.port };

/** Time of the journal, milliseconds after its start. */
export function at(milliseconds: number): string {
  return String(START_NS + BigInt(Math.round(milliseconds * 1e6)));
}

/** Small valid records, each as little as it takes; what matters to a test is given. */
export const journal = {
  session(over: Partial<SessionRecord> = {}): SessionRecord {
    return {
      type: 'session',
      format: 1,
      session: 's-1',
      time: at(0),
      part: 1,
      host: { id: 'h-1', name: 'web-7' },
      boot_time: String(START_NS - 1_000_000_000_000n),
      endpoints: [REMOTE],
      views: ['wire'],
      attribution: 'ebpf',
      scope: 'host',
      ...over,
    };
  },
  process(reference: ProcessReference, over: Partial<ProcessRecord> = {}): ProcessRecord {
    return { type: 'process', ...reference, name: `p${reference.pid}`, ancestors: [], ...over };
  },
  opened(milliseconds: number, over: Partial<SocketOpenedRecord> = {}): SocketOpenedRecord {
    return {
      type: 'socket_opened',
      time: at(milliseconds),
      cookie: '1',
      local: CLIENT,
      remote: REMOTE,
      isn: 1000,
      ...over,
    };
  },
  closed(milliseconds: number, over: Partial<SocketClosedRecord> = {}): SocketClosedRecord {
    return { type: 'socket_closed', time: at(milliseconds), cookie: '1', sent: '0', received: '0', ...over };
  },
  stream(milliseconds: number, over: Partial<StreamRecord> = {}): StreamRecord {
    return {
      type: 'stream',
      time: at(milliseconds),
      cookie: '1',
      local: CLIENT,
      remote: REMOTE,
      isn: 1000,
      ...over,
    };
  },
  procfs(milliseconds: number, over: Partial<ProcfsRecord> = {}): ProcfsRecord {
    return { type: 'procfs', time: at(milliseconds), local: CLIENT, remote: REMOTE, ...over };
  },
  losses(milliseconds: number, counters: LossesRecord['counters']): LossesRecord {
    return { type: 'losses', time: at(milliseconds), counters };
  },
  probeExit(milliseconds: number): JournalRecord {
    return { type: 'probe_exit', time: at(milliseconds), signal: 'SIGKILL' };
  },
  tick(milliseconds: number): JournalRecord {
    return { type: 'tick', time: at(milliseconds) };
  },
  end(milliseconds: number): JournalRecord {
    return { type: 'end', time: at(milliseconds) };
  },
};

/** Lines of a sidecar: each record with the number of packets before it. */
export function sidecar(...records: readonly [afterPacket: number, record: JournalRecord][]): string {
  return records.map(([after_packet, record]) => `${JSON.stringify({ ...record, after_packet })}\n`).join('');
}
