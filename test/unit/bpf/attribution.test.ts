import assert from 'node:assert/strict';
import type { SessionRecord } from '../../../src/bpf/records.ts';
import { at, journal } from '../../support/journal.ts';
import { Bench, began, P7, P8 } from './attribution-bench.ts';

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
      ['socket older than the session', (b) => b.records(journal.stream(1))],
      ['socket older than the session', (b) => b.records(journal.stream(1), journal.closed(3))],
      [
        'socket older than the session',
        (b) => b.records(journal.stream(1), journal.procfs(1, { failed: 'not-found' })),
      ],
      ['events lost', (b) => b.records(journal.stream(1), journal.losses(1, { 'events.ring_full': '2' }))],
      ['process not recorded', (b) => b.records(journal.opened(1))],
      ['process not recorded', (b) => b.records(journal.opened(1), journal.stream(1))],
      ['events lost', (b) => b.records(journal.losses(1, { 'events.ring_full': '2' }))],
      ["not of this host's sockets", (b) => b.records(journal.losses(1, { 'events.ring_full': '0' }))],
      ["not of this host's sockets", (b) => b.records(journal.losses(1, { 'packets.ring_full': '1' }))],
      ['the probe was late', (b) => b.records(journal.losses(1000, { 'probe.late': '1' }))],
      [
        "not of this host's sockets",
        (b) =>
          b.records(journal.losses(1, { 'probe.late': '7' }), journal.losses(1000, { 'probe.late': '7' })),
      ],
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
});
