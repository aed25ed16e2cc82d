import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ImdsCall } from '../../src/model.ts';
import { merge, packetsToPcapng, type TestPacket, writePcap } from '../support/packets/index.ts';
import { callsOfFile } from './assemble.ts';
import { conversationOf, cuts, exchanges } from './exchanges.ts';

/** A few connections, one after the other. */
const captures = fc
  .array(fc.tuple(exchanges, cuts), { minLength: 1, maxLength: 3 })
  .map((list) => merge(...list.map(([exchange, how], i) => conversationOf(exchange, how, i).packets())));

const WRITERS: readonly ((packets: readonly TestPacket[], bigEndian: boolean) => Buffer)[] = [
  (packets, bigEndian) => writePcap(packets, { bigEndian }),
  (packets, bigEndian) => writePcap(packets, { bigEndian, nanoseconds: false }),
  (packets, bigEndian) => writePcap(packets, { bigEndian, modified: true }),
  (packets, bigEndian) => packetsToPcapng(packets, { bigEndian }),
];
const writer = fc.constantFrom(...WRITERS);

/** What stands of a call whose packets are cut off: nothing that the whole capture contradicts. */
function isPartOf(part: ImdsCall, whole: ImdsCall | undefined): boolean {
  if (whole === undefined || part.time !== whole.time || part.packetNumber !== whole.packetNumber)
    return false;
  const same = <K extends keyof ImdsCall>(key: K) => part[key] === undefined || part[key] === whole[key];
  const version = part.version === whole.version || part.version === 'unknown';
  return version && same('method') && same('target') && same('status') && same('responseTime');
}

describe('property: calls of a file', function () {
  this.timeout(60_000);

  it('are a prefix where the file is cut off anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(
        captures,
        writer,
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (packets, write, cut) => {
          const file = write(packets, false);
          const whole = await callsOfFile(file);
          const part = await callsOfFile(file.subarray(0, Math.floor(cut * file.length)));
          const last = part.pop();
          assert.deepEqual(part, whole.slice(0, part.length));
          if (last !== undefined)
            assert.ok(isPartOf(last, whole[part.length]), `${JSON.stringify(last, bigints)}`);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('do not depend on the byte order of the writer', async () => {
    await fc.assert(
      fc.asyncProperty(captures, writer, async (packets, write) => {
        assert.deepEqual(await callsOfFile(write(packets, true)), await callsOfFile(write(packets, false)));
      }),
      { numRuns: 100 },
    );
  });
});

function bigints(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
