import assert from 'node:assert/strict';
import { watchTerminal } from '../../../src/cli/terminal-watch.ts';

describe('the terminal of a session', () => {
  for (const [title, before, after, gone] of [
    ['is gone when no descriptor is one any more', [2], [], true],
    ['is there while one still is', [0, 1, 2], [2], false],
    ['is not gone where there was none', [], [], false],
  ] as const) {
    it(title, () => {
      let terminals: readonly number[] = before;
      const isGone = watchTerminal((descriptor) => terminals.includes(descriptor));
      terminals = after;
      assert.equal(isGone(), gone);
    });
  }
});
