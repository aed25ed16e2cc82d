import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { prepareLiveFolders, readOnly } from '../../../src/cli/live-folders.ts';
import { ExitCode, PrerequisiteError, UsageError } from '../../../src/errors.ts';

const ofSystem = (code: string) =>
  Object.assign(new Error(`${code}: no, mkdir '/srv/imds'`), { code, errno: -1, path: '/srv/imds' });
const refused = (cause: Error) =>
  new UsageError('--log-dir /srv/imds: cannot be made', { code: 'usage.folder', cause });

describe('folders of a session', () => {
  it('on a read-only file system are refused in words', () => {
    const found = readOnly(refused(ofSystem('EROFS')));
    assert.ok(found instanceof PrerequisiteError);
    assert.equal(found.exitCode, ExitCode.prerequisite);
    assert.equal(found.message, 'cannot make /srv/imds: its file system is read-only');
    assert.match(found.remedy ?? '', /--log-dir and --state-dir/);
  });

  it('are refused as before for all else', async () => {
    assert.equal(readOnly(refused(ofSystem('ENAMETOOLONG'))), undefined);
    assert.equal(readOnly(ofSystem('EROFS')), undefined);
    const folders = { logFolder: `${tmpdir()}/${'x'.repeat(300)}`, stateFolder: undefined };
    await assert.rejects(prepareLiveFolders(folders, undefined), UsageError);
  });
});
