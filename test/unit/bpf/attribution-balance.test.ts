import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { JournalRecord, SessionRecord, SocketOpenedRecord } from '../../../src/bpf/records.ts';
import type { ConnectionSummary, ImdsCall } from '../../../src/model.ts';
import { eventId } from '../../../src/report/event-id.ts';
import { at, journal } from '../../support/journal.ts';
import { Bench, began, ns, P7 } from './attribution-bench.ts';

describe('attribution, balance', () => {
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

    it('are nothing where the session knows but the end of a socket, unless events were lost', () => {
      const { local, remote } = journal.opened(1);
      const closed = { ...journal.closed(3, { sent: '90' }), local, remote };
      const remains: Partial<ConnectionSummary> = { handshake: 'mid-stream', clientIsn: undefined };
      const older = began()
        .records(journal.stream(1, { isn: undefined }))
        .connection(2, remains);
      assert.deepEqual(older.records(closed).end().words, []);
      assert.equal(older.attributor.balance.provableConnections, 0);
      const lossy = began()
        .records(journal.losses(1, { 'events.ring_full': '1' }), journal.stream(1, { isn: undefined }))
        .connection(2, remains);
      assert.deepEqual(lossy.records(closed).end().words, [
        'unknown no packet captured: none - (events lost)',
      ]);
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

    describe('whose connect failed before a SYN', () => {
      const without = { local: undefined, isn: undefined };
      const failed = (from: number, to: number, cookie = '1', over: Partial<SocketOpenedRecord> = {}) => [
        journal.opened(from, { cookie, process: P7, ...without, ...over }),
        journal.closed(to, { cookie, failed: true }),
      ];

      it('are attempts at once, with their process, and connections', () => {
        const bench = began({ views: ['sockets'] }).records(...failed(1, 1001));
        assert.deepEqual(bench.words, ['attempt: cookie 7 p7']);
        const [{ call } = {}] = bench.emitted;
        assert.equal(call?.time, ns(1));
        assert.deepEqual(call?.client, { address: '', port: 0 });
        assert.equal(bench.end().words.length, 1);
        assert.deepEqual(bench.attributor.balance, {
          connections: 1,
          provableConnections: 1,
          capturedBytes: 0,
          kernelBytes: 0,
        });
      });

      it('are an attempt for each connect, also of one socket', () => {
        const bench = began({ views: ['sockets'] })
          .records(...failed(1, 1001), ...failed(2000, 3000), ...failed(1, 1001, '2'))
          .end();
        const all = Array<string>(3).fill('attempt: cookie 7 p7');
        assert.deepEqual(bench.words, all);
        assert.equal(new Set(bench.emitted.map(eventId)).size, 3);
        assert.equal(bench.attributor.balance.provableConnections, 3);
      });

      it('wait for a packet where an event was lost, which may be that of the SYN', () => {
        const bench = began({ views: ['sockets'] })
          .records(journal.losses(500, { 'events.ring_full': '1' }), ...failed(1, 1001))
          .records(journal.stream(1002, { isn: undefined }))
          .call(1003, { clientIsn: undefined });
        assert.deepEqual(bench.words, ['cookie 7 p7']);
        bench.connection(1004, { clientIsn: undefined, calls: 1, requestBytes: 90 });
        assert.equal(bench.end().words.length, 1);
      });

      it('are nobody’s where a worker of the kernel connects', () => {
        const bench = began({ views: ['sockets'] }).records(...failed(1, 1001, '1', { process: undefined }));
        assert.deepEqual(bench.words, ['attempt: none - (process not recorded)']);
      });
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
      const { local, remote: endpoint } = journal.opened(1);
      const orphan = { ...journal.closed(2, { sent: '9' }), local, remote: endpoint };
      assert.deepEqual(began().records(orphan).end().words, []);
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
