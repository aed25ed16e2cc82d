import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FolderLock } from '../../../src/live/folder-lock.ts';
import { INVENTORY_USE } from '../../../src/live/inventory/inventory-file.ts';
import { LOGS } from '../../../src/live/log-folder.ts';

/** Of another process: pid, and start as field 22 of its stat. */
function holderText(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return `${pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}\n`;
}

describe('the lock of a folder', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'imds-lock-'));
    path = join(folder, 'imds-live.lock');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is private, names its process, and is gone afterwards', () => {
    const lock = FolderLock.take(folder, LOGS, undefined);
    assert.equal(readFileSync(path, 'utf8'), holderText(process.pid));
    assert.equal(statSync(path).mode & 0o777, 0o600);
    lock?.release();
    assert.equal(existsSync(path), false);
  });

  it('is left to another session that has it by now, after the folder was removed and made anew', () => {
    const lock = FolderLock.take(folder, LOGS, undefined);
    const text = holderText(process.ppid);
    writeFileSync(path, text);
    lock?.release();
    assert.equal(readFileSync(path, 'utf8'), text);
  });

  it('keeps others out while its process is there, and not longer', async () => {
    const other = spawn('sleep', ['60'], { stdio: 'ignore' });
    const ended = once(other, 'close');
    try {
      writeFileSync(path, holderText(other.pid ?? 0));
      const message = new RegExp(`another imds live \\(pid ${other.pid}\\) keeps logs there`);
      assert.throws(() => FolderLock.check(folder, LOGS), message);
      assert.throws(() => FolderLock.check(folder, INVENTORY_USE), /\) keeps the inventory there$/);
      assert.throws(() => FolderLock.take(folder, LOGS, undefined), message);
    } finally {
      other.kill('SIGKILL');
      await ended;
    }
    FolderLock.check(folder, LOGS);
    assert.notEqual(FolderLock.take(folder, LOGS, undefined), undefined);
    assert.equal(readFileSync(path, 'utf8'), holderText(process.pid));
  });

  for (const [what, text] of [
    ['a pid that is another process by now', `${process.ppid} 1\n`],
    ['nothing', ''],
    ['anything', 'x'.repeat(10_000)],
  ] as const) {
    it(`is none that holds ${what}`, () => {
      writeFileSync(path, text);
      FolderLock.check(folder, LOGS);
      assert.notEqual(FolderLock.take(folder, LOGS, undefined), undefined);
    });
  }

  it('follows no link', () => {
    const elsewhere = join(folder, 'elsewhere');
    writeFileSync(elsewhere, 'kept');
    symlinkSync(elsewhere, path);
    FolderLock.check(folder, LOGS);
    assert.notEqual(FolderLock.take(folder, LOGS, undefined), undefined);
    assert.equal(readFileSync(elsewhere, 'utf8'), 'kept');
  });

  it('is left out where there is no room or right for it', () => {
    assert.equal(FolderLock.take(join(folder, 'missing'), LOGS, undefined), undefined);
  });
});
