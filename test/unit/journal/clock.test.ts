import assert from 'node:assert/strict';
import { JournalClock } from '../../../src/journal/clock.ts';

/** Milliseconds that have passed after these times, in seconds. */
function elapsed(...seconds: number[]): number {
  const clock = new JournalClock();
  for (const time of seconds) clock.now(time * 1000);
  return clock.elapsed / 1000;
}

describe('the clock of the journal', () => {
  it('only grows: not by what is out of order', () => {
    assert.equal(elapsed(100, 103, 101, 104), 4);
  });

  it('goes on from where it was set back to', () => {
    assert.equal(elapsed(100, 104, 50, 51, 53), 7);
    assert.equal(elapsed(100, 104, 50, 75, 85), 4 + 35);
  });

  it('goes on after a silence', () => {
    assert.equal(elapsed(100, 200, 201), 101);
    assert.equal(elapsed(100, 114, 100, 109, 118, 218), 14 + 118);
  });

  it('does not run by what comes of two times in turn', () => {
    const turns = Array.from({ length: 50 }, (_, i) => [100 + i / 10, 114 + i / 10]).flat();
    assert.equal(elapsed(...turns).toFixed(3), '18.900');
  });
});
