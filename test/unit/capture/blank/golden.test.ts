import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openCapture } from '../../../../src/capture/open.ts';
import type { Packet } from '../../../../src/ports.ts';
import { blank, checkBlanked, likeOf, type PacketLike, read } from '../../../support/blank.ts';

const fixtures = join(import.meta.dirname, '..', '..', '..', '..', 'fixtures');

/** All packets of a capture, wanted or not; undefined where it is none, or damaged from the start. */
async function packetsOf(file: string): Promise<PacketLike[] | undefined> {
  const packets: PacketLike[] = [];
  const handler = {
    packet: (packet: Packet) => void packets.push(likeOf(packet)),
    record: () => {},
    nextStop: Number.POSITIVE_INFINITY,
    beforePacket: () => {},
  };
  try {
    const source = await openCapture(file, {});
    await source.read({ accepts: () => true }, handler, () => undefined);
  } catch {
    return packets.length > 0 ? packets : undefined;
  }
  return packets;
}

describe('capture/blank, all fixtures', function () {
  this.timeout(30_000);
  const files = readdirSync(fixtures, { recursive: true, encoding: 'utf8' }).filter(
    (name) => /\.(?:pcap|pcapng|cap)(?:\.gz|\d*)?$/.test(name) && statSync(join(fixtures, name)).isFile(),
  );
  assert.ok(files.length > 50, 'the fixtures were found');

  for (const name of files) {
    it(`give the same calls once they are blanked: ${name}`, async () => {
      const packets = await packetsOf(join(fixtures, name));
      if (packets === undefined) return;
      const saved = checkBlanked(packets);
      // What was lost, and which bytes contradict others, is told alike.
      assert.deepEqual(read(saved).losses, read(packets).losses);
    });
  }

  it('holds nearly nothing back until its time is over', async () => {
    const packets = await packetsOf(join(fixtures, 'demo', 'demo.pcap'));
    assert.ok(packets !== undefined);
    assert.deepEqual(blank(packets).losses, {});
  });
});
