import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { TestPacket } from '../support/packets/index.ts';
import { callsOfPackets } from './assemble.ts';
import { conversationOf, cuts, exchanges, summaryOf } from './exchanges.ts';

/** Numbers from which a shuffle is made; fast-check shrinks them towards the order of the capture. */
const keys = fc.infiniteStream(fc.nat({ max: 1000 }));

/** Times stay where they are: only the packets change places. */
function inOrderOf(packets: readonly TestPacket[], ranks: readonly number[]): TestPacket[] {
  const order = packets.map((packet, i) => ({ packet, rank: ranks[i] ?? 0, i }));
  order.sort((a, b) => a.rank - b.rank || a.i - b.i);
  return order.map(({ packet }, i) => ({ ...packet, timeNs: packets[i]?.timeNs ?? packet.timeNs }));
}

function take(stream: Iterator<number>, count: number): number[] {
  return Array.from({ length: count }, () => stream.next().value as number);
}

describe('property: calls of a stream', function () {
  this.timeout(60_000);

  it('are those that were sent, however the bytes are cut into segments', () => {
    fc.assert(
      fc.property(exchanges, cuts, (list, how) => {
        const calls = callsOfPackets(conversationOf(list, how).packets());
        assert.deepEqual(
          calls.map(summaryOf),
          list.map(({ expected }) => expected),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('are the same in any order of the segments after the first', () => {
    fc.assert(
      fc.property(exchanges, cuts, keys, (list, how, stream) => {
        const [first, ...rest] = conversationOf(list, how).packets();
        // A direction holds no more segments back than that; a peer's window would not hold them either.
        fc.pre(first !== undefined && rest.length <= 4096);
        const shuffled = [first, ...inOrderOf(rest, take(stream[Symbol.iterator](), rest.length))];
        assert.deepEqual(
          callsOfPackets(shuffled).map(summaryOf),
          list.map(({ expected }) => expected),
        );
      }),
      { numRuns: 200 },
    );
  });

  it('are the same when any segment is there once more, anywhere later', () => {
    fc.assert(
      fc.property(
        exchanges,
        cuts,
        fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 10 }),
        (list, how, copies) => {
          const packets = conversationOf(list, how).packets();
          for (const [which, where] of copies) {
            const from = which % packets.length;
            const packet = packets[from];
            const at = from + 1 + (where % (packets.length - from));
            if (packet !== undefined)
              packets.splice(at, 0, { ...packet, timeNs: packets[at - 1]?.timeNs ?? packet.timeNs });
          }
          assert.deepEqual(
            callsOfPackets(packets).map(summaryOf),
            list.map(({ expected }) => expected),
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  it("are the same when the client's requests are sent at once", () => {
    fc.assert(
      fc.property(exchanges, cuts, (list, how) => {
        const together = {
          request: list.map(({ request }) => request).join(''),
          answer: list.map(({ answer }) => answer).join(''),
          expected: { version: undefined, method: undefined, target: undefined, status: undefined },
        };
        const calls = callsOfPackets(conversationOf([together], how).packets());
        assert.deepEqual(
          calls.map(summaryOf),
          list.map(({ expected }) => expected),
        );
      }),
      { numRuns: 200 },
    );
  });

  it('never gain a version by losing segments', () => {
    fc.assert(
      fc.property(exchanges, cuts, fc.array(fc.nat(), { minLength: 1, maxLength: 3 }), (drawn, how, lost) => {
        // With its header lost, a body that looks like a request cannot be told from one.
        const list = drawn.filter(({ request }) => !request.startsWith('POST'));
        const packets = conversationOf(list, how).packets();
        for (const which of lost) packets.splice(which % packets.length, 1);
        const sent = list.map(({ expected }) => `${expected.version} ${expected.method} ${expected.target}`);
        for (const { version, method, target } of callsOfPackets(packets)) {
          if (version === 'unknown') continue;
          assert.ok(
            sent.includes(`${version} ${method} ${target}`),
            `${version} ${method} ${target} was not sent`,
          );
        }
      }),
      { numRuns: 300 },
    );
  });
});
