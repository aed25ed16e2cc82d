import assert from 'node:assert/strict';
import { DEFAULT_LIMITS } from '../../../src/bpf/limits.ts';
import { journal, START_NS } from '../../support/journal.ts';
import { Bench, began, ns, P7, P8 } from './attribution-bench.ts';

describe('attribution, bounds', () => {
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
      const { directory, ...process } = bench.call(2).emitted[0]?.process ?? {};
      assert.equal(directory?.revision, 0);
      assert.deepEqual(process, {
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

    it('the processes, of which the ancestors of all callers stay for many times what is kept', () => {
      for (const limits of [
        { ...DEFAULT_LIMITS, processes: 64 },
        { ...DEFAULT_LIMITS, processText: 64 * 600 },
      ]) {
        const ancestors = [1, 2, 3].map((pid) => ({ pid, start: '1' }));
        const bench = new Bench(limits).records(
          journal.session(),
          ...ancestors.map((ancestor) => journal.process(ancestor, { args: [`/sbin/of ${ancestor.pid}`] })),
        );
        for (let pid = 100; pid < 1000; pid++) {
          const process = { pid, start: '1' };
          const at = pid - 99;
          bench.records(
            journal.process(process, { ancestors }),
            journal.opened(at, { process, isn: pid, cookie: `${pid}` }),
          );
          bench.call(at, { clientIsn: pid });
        }
        const args = bench.emitted.map(({ process }) =>
          process?.ancestors.map((each) => each.args?.[0]).join(),
        );
        assert.equal(args.length, 900);
        assert.deepEqual(new Set(args), new Set(['/sbin/of 1,/sbin/of 2,/sbin/of 3']));
      }
    });

    it('the processes, of which the ancestors of a caller stay as long as it calls', () => {
      const ancestors = [1, 2, 3].map((pid) => ({ pid, start: '1' }));
      const agent = { pid: 9, start: '1' };
      const written = [
        ...ancestors.map((ancestor) => journal.process(ancestor, { args: [`/sbin/of ${ancestor.pid}`] })),
        journal.process(agent, { ancestors }),
      ];
      const bench = new Bench({ ...DEFAULT_LIMITS, processes: 64 }).records(journal.session(), ...written);
      bench.records(journal.opened(1, { process: agent, isn: 9, cookie: '9' }));
      for (let pid = 100; pid < 1000; pid++) {
        bench.records(journal.process({ pid, start: '1' }));
        if (pid % 20 === 0) bench.call(2, { clientIsn: 9 });
        // As a file does that begins anew.
        if (pid % 300 === 0) bench.records(journal.process(agent, { ancestors, time: ns(pid).toString() }));
      }
      const calls = bench.emitted.map(({ process }) => process);
      assert.equal(calls.length, 45);
      assert.deepEqual(new Set(calls), new Set([calls[0]]), 'the same object');
      assert.deepEqual(
        calls[0]?.ancestors.map(({ args }) => args?.[0]),
        ['/sbin/of 1', '/sbin/of 2', '/sbin/of 3'],
      );
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

  it('tells of a few of any number of headers that are wrong', () => {
    const headers = {
      'records.files_missing': (index: number) => journal.session({ part: 2 * index + 2 }),
      'records.format': (index: number) => journal.session({ session: `newer-${index}`, format: 2 }),
    };
    for (const [code, header] of Object.entries(headers)) {
      const bench = new Bench();
      for (let index = 0; index < 1000; index++) bench.records(header(index));
      const codes = bench.attributor.problems.map((problem) => problem.code);
      assert.deepEqual(codes, Array(5).fill(code));
    }
  });
});
