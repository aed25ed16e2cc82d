import assert from 'node:assert/strict';
import { LossNames } from '../../../src/bpf/loss-names.ts';
import { Session } from '../../../src/bpf/session.ts';
import { WatchedTime } from '../../../src/bpf/watched-time.ts';
import { journal } from '../../support/journal.ts';

const BEGAN = 1_795_465_567_000_000_000n;
const HOUR = 3_600_000_000_000n;
const BOOT = BEGAN - 60_000_000_000n;

function session(id: string): Session {
  const header = journal.session({ session: id, time: String(BEGAN), boot_time: String(BOOT) });
  return new Session(header, new LossNames());
}

/** Of a session whose files have these numbers; in each it ticks once, an hour after the one before. */
function watched(...parts: number[]): WatchedTime {
  const time = new WatchedTime();
  time.begin(session('s-1'));
  for (const [index, part] of parts.entries()) {
    time.file(part);
    time.at(BEGAN + BigInt(index + 1) * HOUR);
  }
  return time;
}

describe('the time that a recording was under watch', () => {
  it('is that from its header to its last tick, over all of its files', () => {
    assert.deepEqual(watched(1, 2, 3).watch, { from: BEGAN, to: BEGAN + 3n * HOUR, bootTime: BOOT });
    assert.equal(new WatchedTime().watch, undefined);
  });

  it('begins behind the last file that is missing', () => {
    assert.deepEqual(watched(3, 4).watch, { from: BEGAN + HOUR, to: BEGAN + 2n * HOUR, bootTime: BOOT });
    assert.deepEqual(watched(1, 2, 5, 6).watch?.from, BEGAN + 3n * HOUR);
  });

  it('is none where no tick is behind it', () => {
    const time = new WatchedTime();
    time.begin(session('s-1'));
    assert.deepEqual(time.file(2), [1, 1]);
    assert.equal(time.watch, undefined);
  });

  it('tells which files are missing, once', () => {
    const time = new WatchedTime();
    time.begin(session('s-1'));
    assert.deepEqual(
      [3, 3, 4, 9, 2].map((part) => time.file(part)),
      [[1, 2], undefined, undefined, [5, 8], undefined],
    );
  });

  it('is of the first session alone, where another one follows in the same capture', () => {
    const time = watched(1);
    time.begin(session('s-2'));
    time.file(1);
    time.at(BEGAN + 48n * HOUR);
    assert.deepEqual(time.watch, { from: BEGAN, to: BEGAN + HOUR, bootTime: BOOT });
  });

  it('is none of what is not of this capture', () => {
    const time = watched(1);
    time.discard();
    time.at(BEGAN + 9n * HOUR);
    assert.equal(time.watch, undefined);
  });
});
