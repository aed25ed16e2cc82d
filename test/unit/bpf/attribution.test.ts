import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Attributor } from '../../../src/bpf/attribution.ts';
import { DEFAULT_LIMITS } from '../../../src/bpf/limits.ts';
import type { JournalRecord, SessionRecord } from '../../../src/bpf/records.ts';
import type { AttributedCall, ConnectionSummary, ImdsCall } from '../../../src/model.ts';
import { at, CLIENT, ENDPOINT, journal, START_NS } from '../../support/journal.ts';

const ns = (milliseconds: number): bigint => BigInt(at(milliseconds));

function call(milliseconds: number, over: Partial<ImdsCall> = {}): ImdsCall {
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

function connection(milliseconds: number, over: Partial<ConnectionSummary> = {}): ConnectionSummary {
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
class Bench {
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

const P7 = { pid: 7, start: '70' };
const P8 = { pid: 8, start: '80' };

function began(over: Partial<SessionRecord> = {}): Bench {
  return new Bench().records(journal.session(over), journal.process(P7), journal.process(P8));
}

describe('attribution', () => {
  it('waits for nothing where there are no records', () => {
    const bench = new Bench().call(1);
    assert.deepEqual(bench.words, ['none - (no records)']);
    assert.equal(bench.emitted[0]?.session, 'a.pcap');
    assert.equal(bench.emitted[0]?.host, undefined);
  });

  describe('matches', () => {
    it('by cookie, at once', () => {
      const bench = began({ views: ['sockets'] })
        .records(journal.opened(1, { process: P7 }), journal.stream(1))
        .call(2);
      assert.deepEqual(bench.words, ['cookie 7 p7']);
      assert.deepEqual(bench.emitted[0]?.attribution, { source: 'ebpf', match: 'cookie' });
      assert.equal(bench.emitted[0]?.session, 's-1');
      assert.deepEqual(bench.emitted[0]?.host, { id: 'h-1', name: 'web-7' });
    });

    it('by cookie in mid-stream, where the socket view names the stream', () => {
      const stream = journal.stream(1);
      delete stream.isn;
      const bench = began({ views: ['sockets'] })
        .records({ ...journal.opened(1, { process: P7 }), type: 'socket_inherited', isn: undefined }, stream)
        .call(2, { clientIsn: undefined });
      assert.deepEqual(bench.words, ['cookie 7 p7']);
    });

    it('by ISN, at once where there is no socket view', () => {
      assert.deepEqual(
        began()
          .records(journal.opened(1, { process: P7 }))
          .call(2).words,
        ['isn 7 p7'],
      );
    });

    it('by ISN behind NAT', () => {
      const local = { address: '172.17.0.2', port: 5 };
      const bench = began()
        .records(journal.opened(1, { local, process: P7 }))
        .call(2);
      assert.deepEqual(bench.words, [], 'a socket with this very address may still come');
      assert.deepEqual(bench.records(journal.tick(2002)).words, ['isn-nat 7 p7']);
    });

    it('prefers the very address to another with the same ISN', () => {
      const local = { address: '172.17.0.2', port: 5 };
      const bench = began().records(
        journal.opened(1, { cookie: '1', local, process: P7 }),
        journal.opened(1, { cookie: '2', process: P8 }),
      );
      assert.deepEqual(bench.call(2).words, ['isn 8 p8']);
    });

    it('names nobody where several sockets behind NAT have the ISN', () => {
      const bench = began()
        .records(
          journal.opened(1, { cookie: '1', local: { address: '172.17.0.2', port: 5 }, process: P7 }),
          journal.opened(1, { cookie: '2', local: { address: '172.17.0.3', port: 5 }, process: P8 }),
        )
        .call(2)
        .end();
      assert.deepEqual(bench.words, ['none - (several sockets match)']);
    });

    it('by tuple, where the ISN is not known and the socket was open', () => {
      const bench = began()
        .records(journal.opened(1, { process: P7 }))
        .call(2, { clientIsn: undefined })
        .call(3, { clientIsn: undefined, client: { address: '10.0.0.5', port: 1 } })
        .end();
      assert.deepEqual(bench.words, ['tuple 7 p7', "none - (not of this host's sockets)"]);
    });

    it('not by tuple, where the ISNs differ', () => {
      const bench = began()
        .records(journal.opened(1, { process: P7 }))
        .call(2, { clientIsn: 5 })
        .end();
      assert.deepEqual(bench.words, ["none - (not of this host's sockets)"]);
    });

    it('not by tuple, where the socket was closed by then', () => {
      const bench = began()
        .records(journal.opened(1, { process: P7 }), journal.closed(100))
        .call(1200, { clientIsn: undefined })
        .end();
      assert.deepEqual(bench.words.slice(0, 1), ["none - (not of this host's sockets)"]);
    });

    it('by /proc, and after all others', () => {
      const bench = began()
        .records(journal.procfs(1, { process: P8 }))
        .call(2);
      assert.deepEqual(bench.words, []);
      bench.records(journal.opened(1, { process: P7 }));
      assert.deepEqual(bench.words, ['isn 7 p7']);
      bench.call(3, { clientIsn: 77, client: { address: '10.0.0.5', port: 9 } });
      bench.records(journal.procfs(4, { local: { address: '10.0.0.5', port: 9 }, process: P8 })).end();
      assert.deepEqual(bench.words[1], 'procfs 8 p8');
      assert.deepEqual(bench.emitted[1]?.attribution.source, 'procfs');
    });

    it('by /proc at once, where there is no probe', () => {
      const bench = began({ attribution: 'procfs' })
        .records(journal.procfs(1, { process: P8 }))
        .call(1);
      assert.deepEqual(bench.words, ['procfs 8 p8']);
    });

    it('by /proc once the probe has ended, at once, with the reason', () => {
      const bench = began({ views: ['sockets', 'wire'] })
        .records(journal.opened(1, { process: P7 }), journal.stream(1))
        .call(2)
        .records(journal.probeExit(3), journal.procfs(5, { isn: 2000, process: P8 }))
        .call(6, { clientIsn: 2000 })
        .call(7);
      assert.deepEqual(bench.words, ['cookie 7 p7', 'procfs 8 p8 (the probe had ended)', 'cookie 7 p7']);
    });
  });

  describe('that was off', () => {
    const off: Partial<SessionRecord> = { attribution: 'off', views: ['sockets', 'wire'] };

    it('names nobody, whatever the records say, and holds against the kernel all the same', () => {
      const bench = began(off)
        .records(journal.opened(1, { process: P7 }), journal.stream(1))
        .call(2)
        .connection(3, { calls: 1, requestBytes: 92, responseBytes: 310 })
        .records(journal.closed(4, { sent: '92', received: '310' }))
        .end();
      assert.deepEqual(bench.words, ['none - (attribution was off)']);
      const { provableConnections, capturedBytes, kernelBytes } = bench.attributor.balance;
      assert.deepEqual([provableConnections, capturedBytes, kernelBytes], [1, 402, 402]);
    });

    it('names nobody where there is no packet either', () => {
      const bench = began(off)
        .records(journal.opened(1, { process: P7 }), journal.closed(4, { sent: '92' }))
        .end();
      assert.deepEqual(bench.words, ['unknown no packet captured: none - (attribution was off)']);
    });

    it('waits for nothing where the wire is alone', () => {
      assert.deepEqual(began({ attribution: 'off' }).call(2).words, ['none - (attribution was off)']);
    });
  });

  describe('says why there is nobody', () => {
    const cases: [string, (bench: Bench) => void, Partial<SessionRecord>?][] = [
      ['attribution was off', () => {}, { attribution: 'off' }],
      ['not an endpoint of the session', () => {}, { endpoints: [{ address: '10.0.0.7', port: 80 }] }],
      ['socket older than the session', (b) => b.records({ ...journal.opened(1), type: 'socket_inherited' })],
      ['socket older than the session', () => {}, { time: at(1000) }],
      ['process not recorded', (b) => b.records(journal.opened(1))],
      ['events lost', (b) => b.records(journal.losses(1, { 'events.ring_full': '2' }))],
      ["not of this host's sockets", (b) => b.records(journal.losses(1, { 'events.ring_full': '0' }))],
      ["not of this host's sockets", (b) => b.records(journal.losses(1, { 'packets.ring_full': '1' }))],
      ['outside the scope of the session', () => {}, { scope: 'container' }],
      ['the probe had ended', (b) => b.records(journal.probeExit(1))],
      ['the probe had ended', (b) => b.records(journal.probeExit(900))],
      ["not of this host's sockets", (b) => b.records(journal.probeExit(1100))],
      ['no look-up was answered', () => {}, { attribution: 'procfs' }],
      ['ended before the look-up', (b) => b.records(journal.procfs(3, { failed: 'gone' }))],
      ['not found by the look-up', (b) => b.records(journal.procfs(3, { failed: 'not-found' }))],
      ['the look-up was denied', (b) => b.records(journal.procfs(3, { failed: 'denied' }))],
      ['too many look-ups', (b) => b.records(journal.procfs(3, { failed: 'overloaded' }))],
      ['the look-ups had ended', (b) => b.records(journal.procfs(3, { failed: 'ended' }))],
      ['records in a newer format', () => {}, { format: 2 }],
    ];
    for (const [reason, prepare, header] of cases) {
      it(reason, () => {
        const bench = began(header);
        prepare(bench);
        bench.call(2).end();
        assert.deepEqual(bench.words, [`none - (${reason})`]);
      });
    }

    it('keeps what is known of a process that was not recorded', () => {
      const bench = began()
        .records(journal.opened(1, { process: { pid: 9, start: '9' } }))
        .call(2)
        .end();
      assert.deepEqual(bench.words, ['isn 9 ? (process not recorded)']);
      assert.deepEqual(bench.emitted[0]?.process, { pid: 9, start: '9', ancestors: [] });
    });
  });

  describe('processes', () => {
    it('tells two with one pid apart by their start', () => {
      const second = { pid: 7, start: '71' };
      const bench = began()
        .records(journal.process(second, { name: 'second' }))
        .records(journal.opened(1, { process: P7 }), journal.closed(3), journal.process(P7))
        .records(journal.opened(4, { cookie: '2', isn: 2000, process: second }))
        .call(2)
        .call(5, { clientIsn: 2000 });
      assert.deepEqual(bench.words, ['isn 7 p7', 'isn 7 second']);
    });

    it('tells program images of one process apart', () => {
      const shell = { ...P7, exec: 1 };
      const curl = { ...P7, exec: 2 };
      const bench = began().records(
        journal.process(shell, { name: 'bash' }),
        journal.process(curl, { name: 'curl' }),
        journal.opened(1, { process: shell }),
        journal.opened(1, { cookie: '2', isn: 2000, process: curl }),
        journal.opened(1, { cookie: '3', isn: 3000, process: P7 }),
      );
      bench.call(2).call(2, { clientIsn: 2000 }).call(2, { clientIsn: 3000 });
      assert.deepEqual(bench.words, ['isn 7 bash', 'isn 7 curl', 'isn 7 curl']);
    });

    it('have their start as wall-clock time, and ancestors with what was recorded of them', () => {
      const child = { pid: 9, start: '1500000000' };
      const bench = began().records(
        journal.process(child, {
          user_id: 0,
          login_user_id: 0xffffffff,
          ancestors: [
            { ...P7, name: 'p7' },
            { pid: 3, start: '3', name: 'gone' },
            { pid: 1, start: '1' },
          ],
        }),
        journal.opened(1, { process: child }),
      );
      assert.deepEqual(bench.call(2).emitted[0]?.process, {
        ...child,
        name: 'p9',
        userId: '0',
        startTime: START_NS - 1_000_000_000_000n + 1_500_000_000n,
        ancestors: [
          { ...P7, name: 'p7' },
          { pid: 3, start: '3', name: 'gone' },
          { pid: 1, start: '1' },
        ],
      });
    });

    it('are the same object for each call, so that they are rendered once', () => {
      const bench = began()
        .records(journal.opened(1, { process: P7 }))
        .call(2)
        .call(3);
      assert.equal(bench.emitted[0]?.process, bench.emitted[1]?.process);
    });
  });

  it('tells connections that reuse a port apart by their ISN, and in mid-stream by their time', () => {
    const bench = began().records(
      journal.opened(1, { process: P7 }),
      journal.closed(100),
      journal.opened(5000, { cookie: '2', isn: 2000, process: P8 }),
    );
    bench.call(5, {}).call(5001, { clientIsn: 2000 });
    bench.call(5002, { clientIsn: undefined, time: ns(50), connectionTime: ns(50) });
    bench.call(5003, { clientIsn: undefined });
    assert.deepEqual(bench.end().words.slice(0, 4), ['isn 7 p7', 'isn 8 p8', 'tuple 7 p7', 'tuple 8 p8']);
  });

  describe('waits', () => {
    it('for records that are late, but not longer than two seconds of the journal', () => {
      const bench = new Bench().records(journal.session()).call(1);
      bench.records(journal.opened(1, { process: P7 }), journal.tick(1999));
      assert.deepEqual(bench.words, []);
      bench.records(journal.process(P7));
      assert.deepEqual(bench.words, ['isn 7 p7']);
      bench.call(3000, { clientIsn: 5 }).records(journal.tick(4999));
      assert.equal(bench.words.length, 1);
      bench.records(journal.tick(5000));
      assert.deepEqual(bench.words[1], "none - (not of this host's sockets)");
    });

    it('by packets, ticks and records, and not because a clock was set back', () => {
      const bench = began().call(100_000, { clientIsn: 5 }).records(journal.tick(1000));
      assert.equal(bench.words.length, 0);
      bench.records(journal.tick(2999));
      assert.equal(bench.words.length, 0);
      bench.records(journal.tick(3000));
      assert.equal(bench.words.length, 1);
    });

    it('and keeps the order of the calls', () => {
      const bench = began().call(1, { clientIsn: 5 });
      bench.records(journal.opened(1, { process: P7 })).call(2);
      assert.deepEqual(bench.words, []);
      bench.records(journal.tick(2001));
      assert.deepEqual(bench.words, ["none - (not of this host's sockets)", 'isn 7 p7']);
    });

    it('no longer where the session has ended', () => {
      const bench = began().call(1, { clientIsn: 5 }).records(journal.end(2));
      assert.equal(bench.words.length, 1);
      assert.equal(bench.call(3, { clientIsn: 6 }).words.length, 2);
    });

    it('for a bounded number of calls', () => {
      const bench = new Bench({ ...DEFAULT_LIMITS, waiting: 2 }).records(journal.session());
      for (let i = 0; i < 5; i++) bench.call(1, { clientIsn: i });
      assert.equal(bench.words.length, 3);
      assert.deepEqual(bench.attributor.losses, { 'attribution.waits_cut_short': 3 });
    });
  });

  describe('bounds', () => {
    it('the sockets, closed ones first', () => {
      const bench = new Bench({ ...DEFAULT_LIMITS, sockets: 3 }).records(
        journal.session(),
        journal.process(P7),
        journal.opened(1, { process: P7 }),
      );
      for (let i = 0; i < 10; i++) {
        const cookie = String(100 + i);
        bench.records(journal.opened(2, { cookie, isn: i }), journal.closed(2, { cookie }));
      }
      assert.deepEqual(bench.call(3).words, ['isn 7 p7']);
      assert.deepEqual(bench.attributor.losses, { 'attribution.sockets_evicted': 8 });
      assert.deepEqual(bench.end().words.length, 3, 'what was evicted is not said to have no packet');
    });

    it('the sockets, old open ones too where their ends were lost', () => {
      const bench = new Bench({ ...DEFAULT_LIMITS, sockets: 64 }).records(
        journal.session(),
        journal.process(P7),
      );
      const socket = (i: number) => ({ cookie: String(100 + i), isn: i });
      for (let i = 0; i < 64; i++) bench.records(journal.opened(1, { ...socket(i), process: P7 }));
      for (let i = 64; i < 128; i++) {
        bench.records(
          journal.opened(2, { ...socket(i), process: P7 }),
          journal.closed(2, { cookie: String(100 + i) }),
        );
      }
      for (let i = 120; i < 128; i++) bench.call(2, { clientIsn: i });
      const late = bench.end().words.filter((word) => word === 'isn 7 p7').length;
      assert.ok(late >= 4, `${late} of the last 8 calls found their sockets, which closed just now`);
      assert.ok(late < 8, 'the others had to leave for them');
    });

    it('the processes, by number and by text', () => {
      for (const limits of [
        { ...DEFAULT_LIMITS, processes: 4 },
        { ...DEFAULT_LIMITS, processText: 6000 },
      ]) {
        const bench = new Bench(limits).records(
          journal.session(),
          journal.process(P7),
          journal.opened(1, { process: P7 }),
        );
        for (let pid = 100; pid < 150; pid++) {
          bench.records(journal.process({ pid, start: '1' }, { args: ['x'.repeat(1000)] }));
          bench.call(2);
        }
        assert.deepEqual(new Set(bench.words), new Set(['isn 7 p7']), 'what is in use stays');
        assert.ok((bench.attributor.losses['attribution.processes_evicted'] ?? 0) >= 44);
      }
    });

    it('the processes, of which no loss is who was told with its calls', () => {
      const bench = new Bench({ ...DEFAULT_LIMITS, processes: 4 }).records(journal.session());
      for (let pid = 100; pid < 150; pid++) {
        const process = { pid, start: '1' };
        const at = pid - 99;
        bench.records(journal.process(process), journal.opened(at, { process, isn: pid, cookie: `${pid}` }));
        bench.call(at, { clientIsn: pid });
      }
      assert.ok(
        bench.words.every((word, i) => word === `isn ${100 + i} p${100 + i}`),
        bench.words.join(),
      );
      assert.deepEqual(bench.attributor.losses, {});
    });

    it('the answers of look-ups', () => {
      const bench = new Bench({ ...DEFAULT_LIMITS, lookups: 2 }).records(journal.session());
      for (let port = 1; port <= 5; port++) {
        bench.records(journal.procfs(1, { local: { address: '10.0.0.5', port }, failed: 'gone' }));
      }
      assert.deepEqual(bench.attributor.losses, { 'attribution.lookups_evicted': 3 });
    });

    it('the connections without a socket', () => {
      const bench = new Bench({ ...DEFAULT_LIMITS, strays: 2 }).records(journal.session());
      for (let i = 0; i < 5; i++) bench.connection(1, { clientIsn: i, calls: 1 });
      assert.deepEqual(bench.end().attributor.losses, { 'attribution.strays_evicted': 3 });
    });

    it('of a flood on one tuple, what it costs', () => {
      const bench = began();
      for (let i = 0; i < 20_000; i++) bench.records(journal.opened(1, { cookie: String(i) }));
      const started = process.cpuUsage().user;
      bench.call(2).end();
      assert.ok(process.cpuUsage().user - started < 500_000);
      assert.deepEqual(bench.words, ['none - (several sockets match)']);
    });
  });

  describe('connections without a call', () => {
    const opened = journal.opened(1, { process: P7 });
    const judged = (records: JournalRecord[], over: Partial<ConnectionSummary>) =>
      began()
        .records(opened, ...records)
        .connection(2, over)
        .end().words;

    it('are an attempt where the kernel counted nothing, and unknown where it counted bytes', () => {
      assert.deepEqual(judged([journal.closed(3)], {}), ['attempt: isn 7 p7']);
      assert.deepEqual(judged([journal.closed(3, { sent: '90' })], {}), [
        'unknown no packet captured: isn 7 p7',
      ]);
    });

    it('wait for the count, for two seconds at most', () => {
      const bench = began().records(opened).connection(2).records(journal.tick(1500));
      assert.deepEqual(bench.words, []);
      assert.deepEqual(bench.records(journal.closed(1500, { sent: '90' })).words, [
        'unknown no packet captured: isn 7 p7',
      ]);
      bench.records(journal.opened(3000, { cookie: '2', isn: 2000, process: P7 }), journal.tick(3000));
      bench.connection(3000, { clientIsn: 2000 }).records(journal.tick(5001));
      assert.deepEqual(bench.words[1], 'unknown no payload captured: isn 7 p7');
    });

    it('are unknown without a count, but for what proves that nothing was sent', () => {
      const noRecords = (over: Partial<ConnectionSummary>) => new Bench().connection(1, over).words;
      assert.deepEqual(noRecords({}), ['unknown no payload captured: none - (no records)']);
      assert.deepEqual(noRecords({ missingBytes: 9 }), ['unknown gap: none - (no records)']);
      assert.deepEqual(noRecords({ provenEmpty: true }), ['attempt: none - (no records)']);
      assert.deepEqual(noRecords({ handshake: 'refused' }), ['attempt: none - (no records)']);
      assert.deepEqual(noRecords({ handshake: 'unanswered' }), ['attempt: none - (no records)']);
      assert.deepEqual(noRecords({ handshake: 'mid-stream' }), []);
      assert.deepEqual(noRecords({ calls: 1 }), []);
    });

    it('are nothing where they are the remains of one that had calls', () => {
      const bench = began()
        .records(opened)
        .call(2)
        .connection(3, { calls: 1, requestBytes: 90 })
        .records(journal.closed(4, { sent: '90' }))
        .connection(5, { handshake: 'mid-stream' })
        .end();
      assert.deepEqual(bench.words, ['isn 7 p7']);
      assert.equal(bench.attributor.balance.connections, 1);
    });
  });

  describe('sockets without a packet', () => {
    const unseen = (over: object) =>
      began().records(journal.opened(1, { process: P7 }), journal.closed(2, over));

    it('are unknown where the kernel counted bytes, with their process', () => {
      const bench = unseen({ sent: '90', received: '500' });
      assert.deepEqual(bench.words, []);
      bench.end();
      assert.deepEqual(bench.words, ['unknown no packet captured: isn 7 p7']);
      assert.deepEqual(bench.attributor.balance, {
        connections: 1,
        provableConnections: 1,
        capturedBytes: 0,
        kernelBytes: 590,
      });
    });

    it('are told at the end where a stream was announced and all of its packets were lost', () => {
      const bench = began()
        .records(journal.opened(1, { process: P7 }), journal.stream(1))
        .records(journal.closed(2, { sent: '90' }), journal.tick(301_000));
      assert.deepEqual(bench.words, [], 'its connection may still be open');
      assert.deepEqual(bench.end().words, ['unknown no packet captured: cookie 7 p7']);
      assert.equal(bench.attributor.balance.kernelBytes, 90);
      assert.equal(bench.attributor.balance.capturedBytes, 0);
    });

    it('are not reported where their records only came after the wait', () => {
      const bench = began()
        .call(1)
        .connection(1, { calls: 1, requestBytes: 90 })
        .records(journal.tick(2001), journal.opened(1, { process: P7 }), journal.closed(3, { sent: '90' }))
        .end();
      assert.deepEqual(bench.words, ["none - (not of this host's sockets)"]);
      assert.deepEqual(bench.attributor.balance, {
        connections: 1,
        provableConnections: 1,
        capturedBytes: 90,
        kernelBytes: 90,
      });
    });

    it('are told during a long session too, when no connection can come any more', () => {
      const bench = unseen({ sent: '90' });
      assert.deepEqual(bench.records(journal.tick(299_000)).words, []);
      assert.equal(bench.records(journal.tick(301_000)).words.length, 1);
      assert.equal(bench.end().words.length, 1);
    });

    it('are none of those whose call was seen, however late their connection ends', () => {
      const bench = began()
        .records(journal.opened(1, { process: P7 }))
        .call(2);
      bench.records(journal.closed(3, { sent: '90' }), journal.tick(400_000), journal.tick(800_000));
      bench.connection(2, { calls: 1, requestBytes: 90 }).end();
      assert.deepEqual(bench.words, ['isn 7 p7']);
      assert.equal(bench.attributor.balance.provableConnections, 1);
    });

    it('are attempts where the connect failed or nothing was sent', () => {
      const failed = unseen({ sent: undefined, received: undefined, failed: true, errno: 113 });
      assert.deepEqual(failed.end().words, ['attempt: isn 7 p7']);
      assert.deepEqual(unseen({}).end().words, ['attempt: isn 7 p7']);
    });

    it('are not reported where they are older than the session, still open, or to elsewhere', () => {
      const inherited = { ...journal.opened(1, { process: P7 }), type: 'socket_inherited' as const };
      assert.deepEqual(
        began()
          .records(inherited, journal.closed(2, { sent: '9' }))
          .end().words,
        [],
      );
      assert.deepEqual(
        began()
          .records(journal.opened(1, { process: P7 }))
          .end().words,
        [],
      );
      const remote = { address: '10.0.0.7', port: 80 };
      const elsewhere = began().records(journal.opened(1, { remote }), journal.closed(2, { sent: '9' }));
      assert.deepEqual(elsewhere.end().words, []);
    });
  });

  describe('the balance', () => {
    const one = { connections: 1, provableConnections: 1, kernelBytes: 600 };

    it('holds captured bytes against the kernel’s, whatever comes first', () => {
      const closed = journal.closed(3, { sent: '100', received: '500' });
      const seen = { calls: 1, requestBytes: 100, responseBytes: 500 };
      const first = began()
        .records(journal.opened(1, { process: P7 }), closed)
        .connection(4, seen);
      const last = began()
        .records(journal.opened(1, { process: P7 }))
        .connection(4, seen)
        .records(closed);
      assert.deepEqual(first.attributor.balance, { ...one, capturedBytes: 600 });
      assert.deepEqual(last.attributor.balance, { ...one, capturedBytes: 600 });
    });

    it('does not let too much of one connection hide what lacks of another', () => {
      const bench = began()
        .records(journal.opened(1), journal.closed(3, { sent: '100', received: '500' }))
        .connection(4, { calls: 1, requestBytes: 9000, responseBytes: 400 })
        .end();
      assert.deepEqual(bench.attributor.balance, { ...one, capturedBytes: 500 });
    });

    it('does not count what is not provable', () => {
      const inherited = { ...journal.opened(1), type: 'socket_inherited' as const };
      const bench = began()
        .records(inherited, journal.closed(3, { sent: '100', received: '500' }))
        .connection(4, { calls: 1, requestBytes: 100 })
        .records(journal.opened(5, { cookie: '2', isn: 2000 }))
        .connection(6, { calls: 1, clientIsn: 2000, requestBytes: 100 })
        .connection(7, { calls: 1, clientIsn: 3000, requestBytes: 100 })
        .end();
      assert.deepEqual(bench.attributor.balance, {
        connections: 3,
        provableConnections: 0,
        capturedBytes: 0,
        kernelBytes: 0,
      });
    });
  });

  it('takes a repeated header, process, socket and counter for what it is', () => {
    const repeated = [
      journal.session({ part: 2 }),
      journal.process(P7),
      journal.opened(1, { process: P7 }),
      journal.losses(4, { 'events.ring_full': '3', 'packets.shed': '0' }),
    ];
    const bench = began()
      .records(journal.opened(1, { process: P7 }))
      .call(2);
    bench.records(journal.losses(3, { 'events.ring_full': '3' }), ...repeated, ...repeated);
    bench.call(5).connection(6, { calls: 2, requestBytes: 180 });
    bench.records(...repeated, journal.closed(7, { sent: '180' })).end();
    assert.deepEqual(bench.words, ['isn 7 p7', 'isn 7 p7']);
    assert.deepEqual(bench.attributor.losses, { 'events.ring_full': 3, 'packets.shed': 0 });
    assert.equal(bench.attributor.balance.provableConnections, 1);
  });

  it('bounds the names of counters, in all sessions together, and counts what it refuses', () => {
    const bench = new Bench();
    const counters = (part: string, from: number): Record<string, string> =>
      Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`${part}.${from + i}`, '5']));
    for (const session of ['s-1', 's-2', 's-3']) {
      bench.records(journal.session({ session, time: at(0) }));
      for (const from of [0, 100, 200]) bench.records(journal.losses(1, counters(session, from)));
    }
    bench.records(journal.losses(2, { [`a.${'b'.repeat(63)}`]: '1' })).end();
    const { losses } = bench.attributor;
    assert.equal(Object.keys(losses).length, 257);
    assert.equal(losses['s-1.255'], 5);
    assert.equal(losses['records.counters_refused'], 900 - 256 + 1);
  });

  it('knows of lost events also where it refuses the name', () => {
    const bench = began();
    const many = Object.fromEntries(Array.from({ length: 256 }, (_, i) => [`a.b${i}`, '0']));
    bench.records(journal.losses(1, many), journal.losses(1, { 'events.ring_full': '1' }));
    assert.deepEqual(bench.call(2).end().words, ['none - (events lost)']);
  });

  it('keeps two sessions in one capture apart', () => {
    const bench = began()
      .records(journal.opened(1, { process: P7 }))
      .call(2, { clientIsn: 9 })
      .records(journal.session({ session: 's-2', time: at(10) }))
      .call(11)
      .end();
    assert.deepEqual(bench.words, [
      "none - (not of this host's sockets)",
      "none - (not of this host's sockets)",
    ]);
    assert.deepEqual(
      bench.emitted.map(({ session }) => session),
      ['s-1', 's-2'],
    );
  });

  it('counts records without a session, and uses none of them', () => {
    const bench = new Bench().records(journal.opened(1, { process: P7 }), journal.process(P7)).call(2);
    assert.deepEqual(bench.words, ['none - (no records)']);
    assert.deepEqual(bench.attributor.losses, { 'records.without_session': 2 });
    assert.deepEqual(
      bench.attributor.problems.map(({ code, damage }) => [code, damage]),
      [['records.no_session', true]],
    );
  });

  /** A day in the life of a session: what happens when, and what each call must come to. */
  function story(count: number, views: SessionRecord['views']) {
    const events: { time: number; record: JournalRecord }[] = [];
    const calls: { time: number; over: Partial<ImdsCall> }[] = [];
    for (let i = 0; i < count; i++) {
      const time = i * 137;
      const process = { pid: 100 + (i % 3), start: String(i % 5) };
      const client = { address: '10.0.0.5', port: 40_000 + (i % 4) };
      const local = i % 7 === 6 ? { address: '172.17.0.2', port: 50_000 + i } : client;
      const cookie = String(i + 1);
      const isn = 5000 + i;
      if (i % 11 !== 10) {
        events.push({ time, record: journal.process(process, { name: `p${process.pid}-${process.start}` }) });
        events.push({ time, record: journal.opened(time, { cookie, local, isn, process }) });
        if (views.includes('sockets') && i % 5 !== 4) {
          events.push({ time, record: journal.stream(time, { cookie, local, isn }) });
        }
        events.push({ time: time + 50, record: journal.closed(time + 50, { cookie, sent: '90' }) });
      }
      calls.push({ time: time + 10, over: { client, clientIsn: i % 13 === 12 ? undefined : isn } });
    }
    return { events, calls };
  }

  for (const views of [['wire'], ['sockets', 'wire']] as SessionRecord['views'][]) {
    it(`gives the same, in the same order, for records late or early within the wait (${views})`, () => {
      const { events, calls } = story(40, views);
      const play = (delays: readonly number[]) => {
        const bench = new Bench().records(journal.session({ views }));
        const journalOf = [
          ...events.map((event, i) => ({
            ...event,
            due: event.time + (delays[i % delays.length] ?? 0),
            call: undefined,
          })),
          ...calls.map((event) => ({ due: event.time, record: undefined, call: event })),
        ].sort((a, b) => a.due - b.due);
        for (const { record, call: made } of journalOf) {
          if (record !== undefined) bench.records(record);
          else if (made !== undefined)
            bench
              .call(made.time, made.over)
              .connection(made.time, { ...made.over, time: ns(made.time), calls: 1, requestBytes: 90 });
        }
        return bench.records(journal.tick(60_000)).end();
      };
      const onTime = play([0]);
      assert.ok(new Set(onTime.words).size > 10);
      fc.assert(
        fc.property(
          fc.array(fc.integer({ min: -300, max: 1600 }), { minLength: 1, maxLength: 160 }),
          (delays) => {
            const late = play(delays);
            assert.deepEqual(late.words, onTime.words);
            assert.deepEqual(late.attributor.balance, onTime.attributor.balance);
          },
        ),
        { numRuns: 60 },
      );
    });
  }
});
