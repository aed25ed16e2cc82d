import assert from 'node:assert/strict';
import type { JournalRecord } from '../../../src/bpf/records.ts';
import { OpenSockets } from '../../../src/live/save/open-sockets.ts';
import { journal } from '../../support/journal.ts';
import { began, P7, P8 } from './attribution-bench.ts';

const SECOND = { local: { address: '10.0.0.5', port: 40_001 }, isn: 2000 };
const second = { clientIsn: SECOND.isn, client: SECOND.local };

describe('attribution, a socket that connects again', () => {
  const first: JournalRecord[] = [
    journal.opened(1, { process: P7 }),
    journal.stream(2),
    journal.closed(5, { sent: '90', received: '500' }),
  ];
  const again: JournalRecord[] = [
    journal.opened(10, { ...SECOND, process: P8 }),
    journal.stream(11, SECOND),
    journal.closed(15, { sent: '60', received: '300' }),
  ];

  it('has its process and its counts for each connection', () => {
    const bench = began()
      .records(...first)
      .call(3)
      .connection(3, { calls: 1, requestBytes: 90, responseBytes: 500 })
      .records(...again)
      .call(12, second)
      .connection(12, { ...second, calls: 1, requestBytes: 60, responseBytes: 300 })
      .end();
    assert.deepEqual(bench.words, ['cookie 7 p7', 'cookie 8 p8']);
    assert.deepEqual(bench.attributor.balance, {
      connections: 2,
      provableConnections: 2,
      capturedBytes: 950,
      kernelBytes: 950,
    });
  });

  it('misses what was not captured of the later one', () => {
    const bench = began()
      .records(...first, ...again)
      .connection(3, { calls: 1, requestBytes: 90, responseBytes: 500 })
      .end();
    assert.deepEqual(bench.words, ['unknown no packet captured: cookie 8 p8']);
    assert.equal(bench.attributor.balance.kernelBytes - bench.attributor.balance.capturedBytes, 360);
  });

  it('is an attempt where its connect was refused at first', () => {
    const refused = [
      journal.opened(1, { process: P7 }),
      journal.closed(2, { sent: undefined, received: undefined, failed: true, errno: 111 }),
    ];
    const bench = began()
      .records(...refused)
      .connection(1, { handshake: 'refused' })
      .records(...again)
      .call(12, second)
      .connection(12, { ...second, calls: 1, requestBytes: 60, responseBytes: 300 })
      .end();
    assert.deepEqual(bench.words, ['attempt: isn 7 p7', 'cookie 8 p8']);
    assert.equal(bench.attributor.balance.kernelBytes, 360);
    assert.equal(bench.attributor.balance.capturedBytes, 360);
  });

  it('is told apart by its ISN where the end of the first was lost, and proves nothing of that', () => {
    const [opened, stream] = first;
    assert.ok(opened && stream);
    const bench = began()
      .records(opened, stream, ...again)
      .call(3)
      .call(12, second)
      .connection(3, { calls: 1, requestBytes: 90, responseBytes: 500 })
      .connection(12, { ...second, calls: 1, requestBytes: 60, responseBytes: 300 })
      .end();
    assert.deepEqual(bench.words, ['cookie 7 p7', 'cookie 8 p8']);
    assert.equal(bench.attributor.balance.connections, 2);
    assert.equal(bench.attributor.balance.provableConnections, 1);
    assert.equal(bench.attributor.balance.kernelBytes, 360);
  });

  it('is one connection where records come twice, or late', () => {
    const [opened, stream, closed] = first;
    assert.ok(opened && stream && closed);
    for (const records of [
      [opened, opened, stream, closed, opened],
      [closed, stream, opened],
      [opened, closed, stream, stream],
      [...first, ...again, stream, opened],
    ]) {
      const bench = began()
        .records(...records)
        .call(3)
        .connection(3, { calls: 1, requestBytes: 90, responseBytes: 500 });
      assert.deepEqual(bench.words, ['cookie 7 p7']);
      assert.equal(bench.attributor.balance.provableConnections, 1);
      assert.equal(bench.attributor.balance.capturedBytes, 590);
    }
  });

  it('leaves the table in the end, every connection of it', () => {
    const bench = began();
    for (let n = 0; n < 100; n++) {
      const isn = 5000 + n;
      const local = { address: '10.0.0.5', port: 1000 + n };
      const client = { clientIsn: isn, client: local };
      bench
        .records(journal.opened(n * 100 + 20, { isn, local, process: P7 }))
        .call(n * 100 + 30, client)
        .connection(n * 100 + 30, { ...client, calls: 1, requestBytes: 9 })
        .records(journal.closed(n * 100 + 40, { sent: '9' }), journal.tick(n * 100 + 50));
    }
    bench.records(journal.tick(500_000)).end();
    assert.equal(bench.words.length, 100);
    assert.equal(bench.attributor.balance.provableConnections, 100);
  });

  it('is repeated in the next file as it is then', () => {
    const sockets = new OpenSockets(16, {});
    for (const record of [...first, ...again.slice(0, 2)]) sockets.learn(record as never);
    assert.deepEqual([...sockets.records()], again.slice(0, 2));
    // What comes late of the first one changes nothing.
    for (const record of first.slice(0, 2)) sockets.learn(record as never);
    assert.deepEqual([...sockets.records()], again.slice(0, 2));
  });
});
