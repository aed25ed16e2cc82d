import assert from 'node:assert/strict';
import { Boots } from '../../../src/report/boots.ts';

const MINUTE = 60_000_000_000n;
const HOUR = 60n * MINUTE;
const DAY = 24n * HOUR;

function boots(
  ...seen: [boot: string | undefined, name: string, booted: bigint, from: bigint, to: bigint][]
) {
  const all = new Boots();
  for (const [bootId, name, bootTime, from, to] of seen)
    all.add({ id: 'a1', name, bootId }, { from, to, bootTime });
  return all.gap;
}

describe('boots of a host', () => {
  it('follow each other where it is one machine, whatever it is called, in any order', () => {
    const seen: Parameters<typeof boots> = [
      ['b1', 'web-1', 0n, MINUTE, DAY],
      ['b1', 'web-1', 1n, DAY + HOUR, 2n * DAY],
      ['b2', 'web-9', 2n * DAY, 2n * DAY + MINUTE, 3n * DAY],
    ];
    assert.equal(boots(...seen), undefined);
    assert.equal(boots(...seen.toReversed()), undefined);
    // The clock was set back a little after the boot.
    assert.equal(boots(seen[0] as never, ['b2', 'web-1', DAY - MINUTE, DAY, 2n * DAY]), undefined);
  });

  it('are those of several machines where they were at the same time', () => {
    const seen: Parameters<typeof boots> = [
      ['b1', 'web-1', 0n, MINUTE, DAY],
      ['b2', 'web-2', HOUR, 2n * HOUR, 3n * HOUR],
    ];
    for (const order of [seen, seen.toReversed()]) {
      const gap = boots(...order);
      assert.match(gap ?? '', /^Several machines \(web-1, web-2\) are taken for one/);
      assert.match(gap ?? '', /--host NAME, or the files of each\.$/);
    }
  });

  it('are so although nobody watched both at once, where one was up all the while', () => {
    assert.match(
      boots(
        ['b1', 'web-1', 0n, MINUTE, HOUR],
        ['b1', 'web-1', 0n, 2n * DAY, 3n * DAY],
        ['b2', 'web-2', DAY, DAY + MINUTE, 2n * DAY - HOUR],
      ) ?? '',
      /Several machines/,
    );
  });

  it('tell no way by name where the machines have one', () => {
    const gap = boots(['b1', 'web', 0n, MINUTE, DAY], ['b2', 'web', 0n, MINUTE, DAY]);
    assert.match(gap ?? '', /^Several machines are taken.* Report each apart: the files of each\.$/);
  });

  it('say nothing where they are not known, or the clock was set', () => {
    assert.equal(boots([undefined, 'web-1', 0n, 0n, DAY], [undefined, 'web-2', 0n, 0n, DAY]), undefined);
    assert.equal(boots(['b1', 'web-1', 0n, 0n, DAY], ['b2', 'web-1', DAY, HOUR, 2n * HOUR]), undefined);
  });

  it('have a maximum, beyond which nothing is proven', () => {
    const all = new Boots();
    for (let boot = 0n; boot < 1025n; boot++) {
      assert.equal(all.gap, undefined);
      const from = boot * HOUR;
      all.add({ id: 'a1', bootId: `b${boot}` }, { from, to: from + MINUTE, bootTime: from });
    }
    assert.match(all.gap ?? '', /Several machines/);
  });
});
