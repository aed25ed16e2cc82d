import assert from 'node:assert/strict';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PrerequisiteError } from '../../../src/errors.ts';
import { prepareFolder } from '../../../src/live/log-folder.ts';
import { isRoot, needs } from './support.ts';

describe('prepareFolder', () => {
  let root: string;
  let folder: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'imds-folder-'));
    folder = join(root, 'imds');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const make = (mode: number, ...names: string[]) => {
    mkdirSync(folder);
    for (const name of names) writeFileSync(join(folder, name), '');
    chmodSync(folder, mode);
  };
  const modeOf = (path: string) => statSync(path).mode & 0o7777;
  const refuses = async (message: string, remedy: string, owner?: { uid: number; gid: number }) => {
    const { mode, uid } = statSync(folder);
    await assert.rejects(prepareFolder(folder, owner), (error) => {
      assert.ok(error instanceof PrerequisiteError);
      assert.equal(error.message, `cannot keep logs in ${folder}: ${message}`);
      assert.equal(error.remedy, `${remedy}, or choose another with --log-dir.`);
      return true;
    });
    // What is refused is not changed.
    assert.deepEqual([statSync(folder).mode, statSync(folder).uid], [mode, uid]);
  };

  it('makes it private, and what leads to it as folders usually are', async () => {
    await prepareFolder(join(folder, 'logs'), undefined);
    assert.equal(modeOf(join(folder, 'logs')), 0o700);
    assert.equal(modeOf(folder), 0o755);
  });

  it('closes a folder of our logs to others', async () => {
    make(0o755, 'imds-trace.log', 'imds-trace.log.1', 'imds-calls.jsonl-20261124.gz', 'lost+found');
    await prepareFolder(folder, undefined);
    assert.equal(modeOf(folder), 0o700);
  });

  it('opens to its owner the folder of aws-imds-packet-analyzer, which only root can enter', async () => {
    make(0o600, 'imds-trace.log', 'imds-trace.log.1');
    await prepareFolder(folder, undefined);
    assert.equal(modeOf(folder), 0o700);
  });

  it('leaves a private folder as it is, whatever is in it', async () => {
    make(0o700, 'notes.txt');
    await prepareFolder(folder, undefined);
    assert.equal(modeOf(folder), 0o700);
  });

  it('refuses to close a folder in which others keep files', async () => {
    make(0o755, 'syslog', 'imds-trace.log');
    await refuses(
      'it holds other files (syslog), and would be closed to everybody else',
      'Name a folder of its own',
    );
  });

  it('refuses a folder in which others may write', async () => {
    make(0o770, 'imds-trace.log');
    await refuses('others may write in it (mode 770)', `See what is in it, then chmod 700 ${folder}`);
  });

  it('tells nobody to shut others out of what they share, such as /tmp or a home', async () => {
    make(0o777, 'imds-trace.log', 'syslog');
    await refuses('others may write in it (mode 777)', 'Name a folder of its own');
    chmodSync(folder, 0o1777);
    await refuses('others may write in it (mode 1777)', 'Name a folder of its own');
    rmSync(folder, { recursive: true });
    make(0o1777);
    await refuses('others may write in it (mode 1777)', 'Name a folder of its own');
    if (!isRoot) return;
    rmSync(folder, { recursive: true });
    make(0o755, '.bashrc');
    chownSync(folder, 1234, 1234);
    await refuses('it belongs to uid 1234, who can replace what is in it', 'Name a folder of its own');
  });

  it('gives it to the owner, with root', async function () {
    needs(this, isRoot, 'root, to give files away');
    await prepareFolder(folder, { uid: 61999, gid: 61999 });
    assert.deepEqual([statSync(folder).uid, statSync(folder).gid], [61999, 61999]);
    // As that of an earlier session, whose uid was of the same range.
    await prepareFolder(folder, { uid: 62000, gid: 62000 });
    assert.equal(statSync(folder).uid, 62000);
  });

  it('does not give away a folder that holds other files', async function () {
    needs(this, isRoot, 'root, to give files away');
    make(0o700, 'keys');
    const owner = { uid: 61999, gid: 61999 };
    await refuses(
      'it holds other files (keys), and would be closed to everybody else',
      'Name a folder of its own',
      owner,
    );
  });

  it('refuses a folder of another user', async function () {
    needs(this, isRoot, 'root, to give files away');
    make(0o700);
    chownSync(folder, 1234, 1234);
    await refuses(
      'it belongs to uid 1234, who can replace what is in it',
      `Give it to root (chown 0:0 ${folder})`,
    );
  });
});
