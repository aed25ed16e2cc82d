import { deepStrictEqual, strictEqual } from 'node:assert';
import type { Completeness } from '../../../src/model.ts';
import { summarize } from '../../../src/report/completeness.ts';
import { lossLines } from '../../../src/report/loss-lines.ts';
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

  it('has words for link types that are not read', () => {
    strictEqual(
      lossWords('link.unsupported.LINKTYPE_105', 15),
      '15 packets of a link type that is not read (link.unsupported.LINKTYPE_105)',
    );
    strictEqual(lossWords('something.new', 1), 'something.new 1');
  });
});
