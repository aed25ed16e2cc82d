import { deepStrictEqual, ok, strictEqual } from 'node:assert';
import type { Completeness } from '../../../src/model.ts';
import { summarize } from '../../../src/report/completeness.ts';
import { lossLines, OF_CONTAINER } from '../../../src/report/loss-lines.ts';
import { lossWords } from '../../../src/report/loss-words.ts';
import { capture } from './samples.ts';

const lines = (completeness: Partial<Completeness>) => lossLines(summarize([capture({}, completeness)]));

describe('what is known of what is missing', () => {
  it('says of a session without a connection that it watched the sockets, as its verdict does', () => {
    deepStrictEqual(lines({ connections: 0, views: ['sockets', 'wire'] }), [
      'No connection to the endpoint was made: the sockets were watched, and nothing was lost.',
    ]);
  });

  it('does not where the wire alone was watched, or something was lost', () => {
    strictEqual(lines({ connections: 0, views: ['wire'] })[0], 'No connection to the endpoint was seen.');
    const shed = lines({ connections: 0, views: ['sockets'], losses: { 'packets.shed': 2 } });
    strictEqual(
      shed[0],
      'On reading: 2 packets of a client that had more than its share of the buffer (packets.shed).',
    );
  });

  it('says that the host was not watched where a container was', () => {
    const quiet = lines({ connections: 0, views: ['sockets'], scope: 'container' });
    strictEqual(quiet[0], 'No connection to the endpoint was seen.');
    strictEqual(quiet.at(-1), OF_CONTAINER);
    const counted = { connections: 1, provableConnections: 1, capturedBytes: 9, kernelBytes: 9 };
    const seen = lines({ ...counted, views: ['sockets'], scope: 'container' });
    strictEqual(seen.at(-1), OF_CONTAINER);
  });

  it('says how many packets the probe dropped, also none, where not all is proven', () => {
    const open = { connections: 1, provableConnections: 0, views: ['sockets'] };
    const none = { 'packets.ring_full': 0, 'packets.shed': 0, 'packets.incomplete': 0 };
    const unproven =
      '1 connection older than the recording, open at its end, or not of the sockets watched: what was captured of it cannot be proven to be all.';
    deepStrictEqual(lines({ ...open, losses: none }), [
      'No gap in the 1 connection seen.',
      'Drops while capturing: 0 packets of sockets, as the probe counted.',
      unproven,
    ]);
    deepStrictEqual(lines({ ...open, losses: { ...none, 'packets.shed': 3, 'packets.cut': 66 } }), [
      'On reading: 66 packets cut beyond 68 KB (packets.cut), 3 packets of a client that had more than its share of the buffer (packets.shed).',
      'Drops while capturing: 3 packets of sockets, as the probe counted.',
      unproven,
    ]);
    strictEqual(
      lines({ ...open, losses: { ...none, 'probe.exits': 1 } })[1],
      'Drops while capturing: 0 packets of sockets, as the probe counted until its end.',
    );
  });

  it('says that nobody counted drops where nobody did', () => {
    const uncounted = 'Drops while capturing: nobody counted them.';
    const open = { connections: 1, provableConnections: 0 };
    // No journal; the wire alone; a recording that was killed before the probe told of its counters.
    strictEqual(lines(open)[1], uncounted);
    strictEqual(lines({ ...open, views: ['wire'], losses: { 'packets.shed': 0 } })[1], uncounted);
    strictEqual(lines({ ...open, views: ['sockets'], losses: { 'tcp.missing_bytes': 0 } })[1], uncounted);
    const both = [
      capture({}, { ...open, views: ['sockets'], losses: { 'packets.shed': 0 } }),
      capture({}, open),
      capture({}, { ...open, captureDrops: 2 }),
    ];
    strictEqual(
      lossLines(summarize(both))[1],
      'Drops while capturing: 2 packets, as the file records; 0 packets of sockets, as the probe counted; 1 capture did not count.',
    );
  });

  it('says what the kernel dropped of interfaces, where it was asked', () => {
    const wire = { connections: 1, provableConnections: 0, views: ['wire' as const] };
    const told = lines({ ...wire, losses: { 'wire.dropped_packets': 12 } });
    strictEqual(told[1], 'Drops while capturing: 12 packets of interfaces, as the kernel counted.');
    ok(!told.join().includes('nobody counted'));
    const mixed = [
      capture({}, { ...wire, losses: { 'wire.dropped_packets': 0 } }),
      capture({}, { ...wire, losses: {} }),
    ];
    const said = lossLines(summarize(mixed));
    strictEqual(
      said[1],
      'Drops while capturing: 0 packets of interfaces, as the kernel counted; 1 capture did not count.',
    );
    ok(said.join().includes('nobody counted drops, so packets of a burst may be missing unseen'));
    const proven = { provableConnections: 1, capturedBytes: 1, kernelBytes: 1 };
    const other = capture({}, { ...wire, ...proven, losses: { 'wire.dropped_packets': 0 } });
    const beside = lossLines(summarize([other, capture({}, { ...wire, losses: {} })]));
    ok(beside.join().includes('nobody counted drops'), 'one that was counted does not speak for another');
  });

  it('has words for link types that are not read', () => {
    strictEqual(
      lossWords('link.unsupported.LINKTYPE_105', 15),
      '15 packets of a link type that is not read (link.unsupported.LINKTYPE_105)',
    );
    strictEqual(lossWords('something.new', 1), 'something.new 1');
  });
});
