import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { StatusLine } from '../../../src/cli/status-line.ts';

/** What stands on such a terminal once a line could have been drawn. */
async function drawn(isTTY: boolean, TERM: string): Promise<string> {
  const stderr = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY, columns: 20 });
  const line = new StatusLine({ stderr, env: { TERM } }, () => 'v1 0 · v2 0 · unknown 0');
  await wait(700);
  line.end();
  return String(stderr.read() ?? '');
}

describe('the status line of a session', () => {
  it('is drawn within the width of a terminal, and given back', async () => {
    assert.equal(await drawn(true, 'xterm'), '\r\u001b[2Kv1 0 · v2 0 · unkno\r\u001b[2K');
  });

  it('is not there where nothing can draw over it', async () => {
    assert.deepEqual(await Promise.all([drawn(true, 'dumb'), drawn(false, 'xterm')]), ['', '']);
  });
});
