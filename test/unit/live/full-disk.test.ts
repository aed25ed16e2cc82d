import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { PrerequisiteError } from '../../../src/errors.ts';
import { RollingFile } from '../../../src/live/rolling-file.ts';
import { Bench, NAME, needs, until } from './support.ts';

const PAGE = 4096;

/** On a file system of 256 KB, which another file fills and frees again. */
describe('RollingFile on a full disk', function () {
  this.timeout(20_000);
  let bench: Bench;
  const disk = () => join(bench.root, 'disk');

  beforeEach(async function () {
    bench = new Bench('disk/imds');
    mkdirSync(disk());
    try {
      const options = ['-o', 'size=256k,nr_inodes=16,mode=0755'];
      execFileSync('mount', ['-t', 'tmpfs', ...options, 'imds-test', disk()], { stdio: 'pipe' });
    } catch {
      await bench.clear();
      needs(this, false, 'root on Linux, to mount a small tmpfs');
    }
  });

  afterEach(async () => {
    if (!existsSync(bench.root)) return;
    // Lazily: a log that is still open must not keep the mount.
    execFileSync('umount', ['-l', disk()]);
    await bench.clear();
  });

  const filler = () => join(disk(), 'filler');
  /** Leaves so many pages free. */
  const fill = (pages = 0) => {
    const descriptor = openSync(filler(), 'a');
    const free = () => statfsSync(disk()).bavail;
    while (free() > pages) writeSync(descriptor, Buffer.alloc(PAGE));
    closeSync(descriptor);
  };
  const free = () => rmSync(filler());
  const line = (number: number) => `line ${String(number).padStart(4, '0')} ${'.'.repeat(89)}`;
  const linesIn = (text: string) => text.split('\n').slice(0, -1);
  const numbered = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => line(from + index));

  it('waits, says so once, and has written every line, whole and once, when there is room again', async () => {
    const log = await bench.open();
    fill(1);
    for (const text of numbered(0, 100)) log.write(text);
    await log.flush();
    // The page that was free is full: 40 lines and part of the next one.
    assert.equal(statSync(bench.path()).size, PAGE);
    assert.deepEqual(bench.troubles, [
      `cannot write ${bench.path()}: no space left on device; 60 lines not written; tries again each second`,
    ]);
    for (const text of numbered(100, 200)) log.write(text);
    await log.flush();
    assert.equal(bench.troubles.length, 1);
    assert.deepEqual(bench.recoveries, []);
    free();
    await until('recovery', () => bench.recoveries.length > 0);
    assert.deepEqual(bench.recoveries, [`${bench.path()} is written again; nothing was lost`]);
    assert.deepEqual(linesIn(bench.read()), numbered(0, 200));
    log.write('more');
    await log.flush();
    assert.match(bench.read(), /\nmore\n$/);
  });

  it('says it again when it happens again', async () => {
    const log = await bench.open();
    for (let round = 1; round <= 2; round++) {
      fill();
      for (const text of numbered(0, 60)) log.write(text);
      await log.flush();
      assert.equal(bench.troubles.length, round);
      free();
      await until('recovery', () => bench.recoveries.length === round);
    }
    assert.deepEqual(linesIn(bench.read()), [...numbered(0, 60), ...numbered(0, 60)]);
  });

  it('counts what there is no room for, neither on disk nor in memory', async () => {
    const log = await bench.open({ maxWaitingBytes: 5000 });
    fill();
    for (const text of numbered(0, 1)) log.write(text);
    await log.flush();
    for (const text of numbered(1, 80)) log.write(text);
    assert.deepEqual(log.waiting, { lines: 50, bytes: 5000 });
    assert.deepEqual(log.lost, { lines: 30, bytes: 3000 });
    assert.deepEqual(bench.troubles, [
      `cannot write ${bench.path()}: no space left on device; 1 line not written; tries again each second`,
      `${bench.path()}: 50 lines (5,000 bytes) wait, no more are kept: further ones are lost`,
    ]);
    free();
    await until('recovery', () => bench.recoveries.length > 0);
    assert.deepEqual(bench.recoveries, [
      `${bench.path()} is written again; 30 lines (3,000 bytes) were lost`,
    ]);
    assert.deepEqual(linesIn(bench.read()), numbered(0, 50));
  });

  it('never puts a line behind half of another: a torn line is written anew in a new file', async () => {
    const log = await bench.open();
    fill(1);
    for (const text of numbered(0, 100)) log.write(text);
    await log.flush();
    renameSync(bench.path(), bench.path('.moved'));
    free();
    await log.reopen();
    assert.deepEqual(linesIn(bench.read('.moved')), numbered(0, 40));
    assert.deepEqual(linesIn(bench.read()), numbered(40, 100));
  });

  it('takes no other file of the same size for the one that has the first half of a line', async () => {
    const log = await bench.open();
    fill(1);
    for (const text of numbered(0, 42)) log.write(text);
    await log.flush();
    free();
    renameSync(bench.path(), bench.path('.moved'));
    writeFileSync(bench.path(), 'x'.repeat(PAGE));
    await log.flush();
    assert.deepEqual(linesIn(bench.read()), ['x'.repeat(PAGE), ...numbered(40, 42)]);
  });

  it('never puts a line behind half of another: where another writer has come between, it begins a new one', async () => {
    const log = await bench.open();
    fill(1);
    for (const text of numbered(0, 100)) log.write(text);
    await log.flush();
    free();
    const other = await RollingFile.open({
      folder: bench.folder,
      name: NAME,
      onTrouble: (message) => assert.fail(message),
      onRecovery: () => {},
    });
    other.write('another');
    await other.close();
    await log.flush();
    const lines = linesIn(bench.read());
    const torn = line(40).slice(0, PAGE % 100);
    assert.deepEqual(lines, [...numbered(0, 40), torn, 'another', ...numbered(40, 100)]);
  });

  it('starts on a full disk, also without an inode to be had', async () => {
    mkdirSync(bench.folder, { mode: 0o700 });
    for (let number = 0; statfsSync(bench.folder).ffree > 0; number++) {
      closeSync(openSync(join(disk(), `inode${number}`), 'w'));
    }
    const log = await bench.open();
    assert.match(bench.troubles.join(), /no space left on device; tries again each second$/);
    log.write('a');
    await log.flush();
    rmSync(join(disk(), 'inode0'));
    await until('recovery', () => bench.recoveries.length > 0);
    assert.equal(bench.read(), 'a\n');
  });

  it('rolls over while the disk is full, where the oldest file makes room', async () => {
    const log = await bench.open({ maxBytes: PAGE, keep: 2 });
    for (const text of numbered(0, 120)) log.write(text);
    await log.flush();
    fill();
    for (const text of numbered(120, 240)) log.write(text);
    await log.close();
    assert.deepEqual(bench.troubles, []);
    assert.deepEqual(linesIn(bench.read('.2') + bench.read('.1') + bench.read()), numbered(120, 240));
  });

  it('ends in time, and says what could not be written; the next session begins a new line', async () => {
    const log = await bench.open();
    fill(1);
    for (const text of numbered(0, 100)) log.write(text);
    await log.close();
    assert.deepEqual(log.lost, { lines: 60, bytes: 6000 });
    assert.equal(
      bench.troubles.at(-1),
      `${bench.path()}: 60 lines (6,000 bytes) could not be written before the end`,
    );
    free();
    const next = await bench.open();
    next.write('next');
    await next.close();
    assert.deepEqual(linesIn(bench.read()), [...numbered(0, 40), line(40).slice(0, PAGE % 100), 'next']);
    assert.deepEqual(readdirSync(bench.folder), [NAME]);
  });

  it('says what to do where the disk is read-only', async () => {
    execFileSync('mount', ['-o', 'remount,ro', disk()]);
    await assert.rejects(bench.open(), (error) => {
      assert.ok(error instanceof PrerequisiteError);
      assert.equal(error.message, `cannot write ${bench.path()}: read-only file system`);
      assert.match(error.remedy ?? '', /--log-dir.*--no-log/);
      return true;
    });
  });
});
