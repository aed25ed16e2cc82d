import assert from 'node:assert/strict';
import { difference } from '../../scripts/transcripts.mjs';
import { needsRoot } from './session.ts';
import { blocks } from './transcripts/blocks.ts';
import { unwrapped } from './transcripts/normal.ts';
import { play } from './transcripts/play.ts';

describe('the live transcripts of README.md and docs/', function () {
  this.timeout(120_000);
  before(needsRoot);

  it('are what the commands print; else run: npx tsx test/live/transcripts/update.ts', async () => {
    const shown = blocks();
    assert.ok(shown.length > 0, 'there are some');
    const printed = await play();
    for (const { document, name, text } of shown) {
      const now = printed.get(name) ?? '';
      assert.ok(unwrapped(text) === unwrapped(now), `${document}: ${name}: ${difference(text, now)}`);
    }
    const names = new Set(shown.map(({ name }) => name));
    assert.deepEqual(
      [...printed.keys()].filter((name) => !names.has(name)),
      [],
      'each is shown somewhere',
    );
  });
});
