import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { LiveSource } from '../../../src/live/live-source.ts';
import type { View } from '../../../src/live/view.ts';
import type { JournalHandler, PacketFilter } from '../../../src/ports.ts';
import { journal } from '../../support/journal.ts';

const FILTER: PacketFilter = { accepts: () => true };
const HANDLER: JournalHandler = {
  packet: () => {},
  record: () => {},
  nextStop: Number.POSITIVE_INFINITY,
  beforePacket: () => {},
};

function work(milliseconds: number): void {
  for (const end = performance.now() + milliseconds; performance.now() < end; );
}

describe('LiveSource', () => {
  it('leaves timers and writes their turn while a view never runs dry', async () => {
    let turns = 0;
    const others = setInterval(() => turns++, 1);
    /** More is there whenever it asks, and reading it takes all the time. */
    const view: View = {
      description: 'sockets',
      tellsTime: false,
      losses: {},
      read: async (_filter, _handler, _signal, pause) => {
        for (const end = performance.now() + 500; performance.now() < end; ) {
          work(5);
          await pause();
        }
      },
    };
    const source = new LiveSource({ name: 'live', header: journal.session(), views: [view], now: () => 0n });
    await source.read(FILTER, HANDLER, () => undefined);
    clearInterval(others);
    assert.ok(turns >= 5, `${turns} turns in half a second`);
  });

  it('holds a view back for a moment while a disk is slow, and leaves the others their turn', async () => {
    let answered = false;
    const view: View = {
      description: 'sockets',
      tellsTime: false,
      losses: {},
      read: async (_filter, _handler, _signal, pause) => {
        await pause();
        assert.ok(answered);
      },
    };
    const room = () =>
      new Promise<void>((resolve) => {
        setTimeout(() => {
          answered = true;
          resolve();
        }, 20);
      });
    const options = { name: 'live', header: journal.session(), views: [view], now: () => 0n, room };
    await new LiveSource(options).read(FILTER, HANDLER, () => undefined);
  });
});
