import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../../../src/errors.ts';
import { prepareFolders } from '../../../src/live/folders.ts';

describe('live/folders', () => {
  let place: string;
  beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), 'imds-folders-'));
  });
  afterEach(() => rmSync(place, { recursive: true }));

  it('makes both, with those above them', async () => {
    const logFolder = join(place, 'a/logs');
    const stateFolder = join(place, 'b/state');
    await prepareFolders({ logFolder, stateFolder }, undefined);
    for (const each of [logFolder, stateFolder]) assert.equal(statSync(each).mode & 0o777, 0o700);
  });

  it('needs none', () => prepareFolders({ logFolder: undefined, stateFolder: undefined }, undefined));

  for (const option of ['logFolder', 'stateFolder'] as const) {
    it(`refuses a ${option} that can never be there`, async () => {
      for (const path of [join(place, 'x'.repeat(300)), '/proc/nope']) {
        const folders = { logFolder: undefined, stateFolder: undefined, [option]: path };
        await assert.rejects(prepareFolders(folders, undefined), (error) => {
          assert.ok(error instanceof UsageError, String(error));
          assert.ok(error.message.includes(path));
          assert.match(error.message, option === 'logFolder' ? /^--log-dir / : /^--state-dir /);
          assert.equal(error.exitCode, 2);
          return true;
        });
      }
    });
  }
});
