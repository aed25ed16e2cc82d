import assert from 'node:assert/strict';
import fc from 'fast-check';
import { blank, checkBlanked, read } from '../support/blank.ts';
import { merge } from '../support/packets/index.ts';
import { disturbances, disturbed } from './disturbances.ts';
import { conversationOf, cuts, exchanges } from './exchanges.ts';
import { SECRETS, secretExchanges, withOtherSecrets } from './secret-exchanges.ts';

describe('property: blanked packets', function () {
  this.timeout(120_000);

  it('give the same calls as the original, and change no more when blanked again', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(exchanges, cuts), { minLength: 1, maxLength: 2 }),
        disturbances,
        (list, how) => {
          const talks = list.map(([exchange, cut], i) => conversationOf(exchange, cut, i).packets());
          const packets = disturbed(merge(...talks), how);
          checkBlanked(packets);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('hold no secret, wherever it stood and however its bytes were cut, moved, lost and repeated', () => {
    fc.assert(
      fc.property(secretExchanges, cuts, disturbances, (list, cut, how) => {
        const packets = disturbed(conversationOf(list, cut).packets(), how);
        const saved = checkBlanked(packets);
        const payloads = Buffer.concat(saved.map(({ bytes }) => Buffer.from(bytes)));
        for (const secret of SECRETS) assert.equal(payloads.indexOf(secret), -1, secret);
      }),
      { numRuns: 250 },
    );
  });

  it('show no more of a call than the original, when the capture begins anywhere', () => {
    fc.assert(
      fc.property(secretExchanges, cuts, fc.nat({ max: 60 }), (list, cut, from) => {
        const packets = conversationOf(list, cut).packets().slice(from);
        fc.pre(packets.length > 0);
        checkBlanked(packets);
        assert.equal(read(blank(packets).packets).calls.length, read(packets).calls.length);
      }),
      { numRuns: 80 },
    );
  });

  it('are the same whatever the secrets were', () => {
    fc.assert(
      fc.property(secretExchanges, cuts, disturbances, (list, cut, how) => {
        const saved = [list, list.map(withOtherSecrets)].map(
          (exchange) => blank(disturbed(conversationOf(exchange, cut).packets(), how)).packets,
        );
        // Right checksums are a function of what is saved: they give nothing away either.
        assert.deepEqual(saved[1], saved[0]);
      }),
      { numRuns: 150 },
    );
  });
});
