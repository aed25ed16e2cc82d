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
  for (const [isAsking, goesOn] of [
    [false, 'the probe goes on'],
    [true, 'calls go on without processes'],
  ] as const) {
    it(`tells of look-ups that ended before the probe was attached that ${goesOn}`, () => {
      const said: string[] = [];
      const losses = lossesOf(said);
      losses.lookups('SIGKILL');
      assert.deepEqual(said, [], 'what goes on is not known yet');
      losses.views = { lookups: { isAsking } } as unknown as OpenedViews;
      assert.deepEqual(said, [`imds live: the process for look-ups in /proc ended (SIGKILL); ${goesOn}\n`]);
    });
  }
});
