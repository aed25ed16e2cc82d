import assert from 'node:assert/strict';
import { LiveLosses } from '../../../src/cli/live-losses.ts';
import type { OpenedViews } from '../../../src/live/open-views.ts';

function lossesOf(said: string[]): LiveLosses {
  return new LiveLosses({
    exitOnProbeLoss: false,
    say: (line) => said.push(line),
    ending: new AbortController().signal,
    end: () => {},
  });
}

describe('what is said of what ends while a session runs', () => {
  for (const [views, goesOn] of [
    [{ sockets: {}, wire: {}, lookups: {} }, 'the probe goes on'],
    [{ sockets: {} }, 'the probe goes on'],
    [{ wire: {}, lookups: {} }, 'calls go on without processes'],
  ] as const) {
    it(`tells of look-ups that ended before there was ${Object.keys(views).join(' and ')} that ${goesOn}`, () => {
      const said: string[] = [];
      const losses = lossesOf(said);
      losses.lookups('SIGKILL');
      assert.deepEqual(said, [], 'what goes on is not known yet');
      losses.views = views as unknown as OpenedViews;
      assert.deepEqual(said, [`imds live: the process for look-ups in /proc ended (SIGKILL); ${goesOn}\n`]);
    });
  }

  it('tells of an interface that was removed what goes on, and ends the session where nothing does', () => {
    const removed = { name: 'eth0', state: 'removed' as const };
    for (const [views, isLast, probeEnded, goesOn] of [
      [{ wire: {} }, false, false, 'calls go on from the others'],
      [{ sockets: {}, wire: {} }, true, false, 'calls go on from the sockets'],
      [{ wire: {} }, true, false, undefined],
      [{ sockets: {}, wire: {} }, true, true, undefined],
    ] as const) {
      const said: string[] = [];
      const losses = lossesOf(said);
      losses.views = views as unknown as OpenedViews;
      if (probeEnded) losses.probe('SIGKILL');
      losses.interface({ ...removed, isLast });
      const next = goesOn ?? 'nothing else is watched, and this session ends';
      assert.equal(
        said.at(-1),
        `imds live: the interface eth0 was removed, and another of that name is not watched; ${next}\n`,
      );
      assert.equal(losses.code, goesOn === undefined ? 1 : 0);
    }
  });

  it('ends the session with the probe where the last interface was removed before', () => {
    const said: string[] = [];
    const losses = lossesOf(said);
    losses.views = { sockets: {}, wire: {} } as unknown as OpenedViews;
    losses.interface({ name: 'eth0', state: 'removed', isLast: true });
    losses.probe('SIGKILL');
    assert.equal(said.at(-1), 'imds live: the probe ended (SIGKILL); so does this session\n');
    assert.equal(losses.code, 1);
  });
});
