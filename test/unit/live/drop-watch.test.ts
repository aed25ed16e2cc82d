import assert from 'node:assert/strict';
import { DropWatch } from '../../../src/live/drop-watch.ts';

describe('what had no room in the rings of captures', () => {
  let dropped: number[];
  let said: number[];
  let watch: DropWatch;

  function begin(...atFirst: number[]): void {
    dropped = atFirst;
    said = [];
    const numbers = Array.from(dropped.keys());
    // As the kernel does: what was told is not told again.
    const dropsOf = (number: number) => dropped.splice(number, 1, 0)[0] ?? -1;
    watch = new DropWatch({ dropsOf }, numbers, (total) => said.push(total));
  }

  afterEach(() => watch.end());

  it('is told as 0 at first, for it is counted', () => {
    begin(0);
    watch.look();
    assert.deepEqual(said, [0]);
  });

  it('is added up, of all captures, and told where it is more than before', () => {
    begin(0, 0);
    dropped = [3, 4];
    watch.look();
    watch.look();
    dropped = [0, 2];
    watch.look();
    assert.deepEqual(said, [0, 7, 9]);
  });

  it('is asked for once more at the end', () => {
    begin(0);
    dropped = [5];
    watch.end();
    assert.deepEqual(said, [0, 5]);
  });

  it('has what was dropped before it was first asked for', () => {
    begin(3, 0);
    assert.deepEqual(said, [3]);
  });

  it('is what others had, once an interface is gone', () => {
    begin(0, 0);
    dropped = [-1, 2];
    watch.look();
    assert.deepEqual(said, [0, 2]);
  });

  it('is not told where the kernel does not say it of each: it would not be all', () => {
    begin(-1, 0);
    dropped = [-1, 2];
    watch.look();
    assert.deepEqual(said, []);
  });
});
