import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { PrerequisiteError } from '../../../src/errors.ts';
import { Bench, NAME, until } from './support.ts';

/** What somebody else does to the log while it is written. */
describe('RollingFile, changed from outside', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.clear());

  const plant = (name: string, target: string) => {
    mkdirSync(bench.folder, { mode: 0o700, recursive: true });
    symlinkSync(target, join(bench.folder, name));
  };
  const victim = () => {
    const path = join(bench.root, 'victim');
    writeFileSync(path, 'untouched', { mode: 0o644 });
    return path;
  };
  const unharmed = (path: string) => {
    assert.equal(readFileSync(path, 'utf8'), 'untouched');
    assert.equal(statSync(path).mode & 0o777, 0o644);
  };
  const refusal = (message: RegExp) => (error: unknown) => {
    assert.ok(error instanceof PrerequisiteError);
    assert.match(error.message, message);
    assert.match(error.remedy ?? '', /--log-dir/);
    return true;
  };

  it('goes on in a new file when it was renamed and is told to reopen', async () => {
    const log = await bench.open();
    log.write('before');
    await log.flush();
    renameSync(bench.path(), bench.path('-20261124'));
    await log.reopen();
    assert.equal(bench.read(), '');
    log.write('after');
    await log.flush();
    assert.equal(bench.read('-20261124'), 'before\n');
    assert.equal(bench.read(), 'after\n');
    assert.equal(statSync(bench.path()).mode & 0o7777, 0o600);
    assert.deepEqual(bench.troubles, []);
  });

  it('has lines in the old or the new file, whole, when it is told to reopen while it writes', async () => {
    const log = await bench.open();
    for (let round = 0; round < 10; round++) {
      for (let number = 0; number < 500; number++) log.write(`line ${round * 500 + number}`);
      await new Promise(setImmediate);
      renameSync(bench.path(), bench.path(`-${round}`));
      await log.reopen();
    }
    await log.close();
    const text = readdirSync(bench.folder).map((name) => bench.read(name.slice(NAME.length)));
    const numbers = text.join('').split('\n').slice(0, -1);
    assert.equal(new Set(numbers).size, 5000);
    assert.equal(numbers.length, 5000);
  });

  it('notices a removed file before it writes the next line', async () => {
    const log = await bench.open();
    log.write('before');
    await log.flush();
    unlinkSync(bench.path());
    log.write('after');
    await log.flush();
    assert.equal(bench.read(), 'after\n');
  });

  it('notices a removed file within a second also when nothing is written', async () => {
    await bench.open();
    unlinkSync(bench.path());
    await until('the file is back', () => existsSync(bench.path()));
    assert.equal(statSync(bench.path()).mode & 0o7777, 0o600);
  });

  it('takes over a file that was put in its place, and makes it private', async () => {
    const log = await bench.open();
    const other = bench.path('.new');
    writeFileSync(other, 'created by logrotate\n', { mode: 0o644 });
    renameSync(other, bench.path());
    log.write('a');
    await log.flush();
    assert.equal(bench.read(), 'created by logrotate\na\n');
    assert.equal(statSync(bench.path()).mode & 0o7777, 0o600);
  });

  it('goes on in a file that was cut to nothing (copytruncate)', async () => {
    const log = await bench.open({ maxBytes: 20 });
    log.write('before before');
    await log.flush();
    truncateSync(bench.path());
    log.write('after after');
    await log.flush();
    assert.equal(bench.read(), 'after after\n');
    assert.equal(existsSync(bench.path('.1')), false);
  });

  it('makes its folder again', async () => {
    const log = await bench.open();
    rmSync(bench.folder, { recursive: true });
    log.write('a');
    await log.flush();
    assert.equal(bench.read(), 'a\n');
    assert.equal(statSync(bench.folder).mode & 0o7777, 0o700);
  });

  it('waits for a folder that cannot be made, says so once, and loses nothing', async () => {
    const log = await bench.open();
    rmSync(bench.folder, { recursive: true });
    writeFileSync(bench.folder, 'no folder');
    for (const line of ['a', 'b']) {
      log.write(line);
      await log.flush();
    }
    assert.deepEqual(bench.troubles, [
      `cannot keep logs in ${bench.folder}: it is a symbolic link or no folder. Name the folder itself, not a link to it, or choose another with --log-dir; 1 line not written; tries again each second`,
    ]);
    unlinkSync(bench.folder);
    await until('recovery', () => bench.recoveries.length > 0);
    assert.deepEqual(bench.recoveries, [`${bench.path()} is written again; nothing was lost`]);
    assert.equal(bench.read(), 'a\nb\n');
  });

  it('refuses a folder that is a symbolic link, with and without a slash', async () => {
    const real = join(bench.root, 'real');
    mkdirSync(real, { mode: 0o700 });
    symlinkSync(real, bench.folder);
    for (const folder of [bench.folder, `${bench.folder}/`]) {
      await assert.rejects(bench.open({ folder }), refusal(/imds: it is a symbolic link/));
    }
    assert.deepEqual(readdirSync(real), []);
  });

  it('does not write on when its folder is replaced by a symbolic link', async () => {
    const log = await bench.open();
    const elsewhere = `${bench.folder}.old`;
    renameSync(bench.folder, elsewhere);
    symlinkSync(elsewhere, bench.folder);
    log.write('a');
    await log.flush();
    assert.equal(readFileSync(join(elsewhere, NAME), 'utf8'), '');
    assert.match(bench.troubles.join(), /symbolic link/);
  });

  it('refuses to start on a symbolic link, also one that leads nowhere', async () => {
    const path = victim();
    plant(NAME, path);
    await assert.rejects(bench.open(), refusal(/imds-trace\.log: it is a symbolic link/));
    unharmed(path);
    unlinkSync(bench.path());
    plant(NAME, join(bench.root, 'nowhere'));
    await assert.rejects(bench.open(), refusal(/it is a symbolic link/));
    assert.equal(existsSync(join(bench.root, 'nowhere')), false);
  });

  it('does not follow a symbolic link that is put in its place later', async () => {
    const path = victim();
    const log = await bench.open();
    unlinkSync(bench.path());
    plant(NAME, path);
    log.write('a');
    await log.flush();
    unharmed(path);
    assert.match(bench.troubles.join('\n'), /^cannot write .*: it is a symbolic link.*; 1 line not written/);
    unlinkSync(bench.path());
    await until('recovery', () => bench.recoveries.length > 0);
    assert.equal(bench.read(), 'a\n');
  });

  for (const number of [1, 2, 3, 4, 5]) {
    it(`moves, and does not follow, a symbolic link at .${number}`, async () => {
      const path = victim();
      plant(`${NAME}.${number}`, path);
      const log = await bench.open({ maxBytes: 4 });
      for (let line = 0; line < 4; line++) log.write(`${line}xx`);
      await log.flush();
      unharmed(path);
      assert.deepEqual([bench.read('.1'), bench.read()], ['2xx\n', '3xx\n']);
      for (let line = 4; line < 10; line++) log.write(`${line}xx`);
      await log.close();
      unharmed(path);
      // Rolled past the last place, the link is gone, and what it led to is not.
      assert.equal(bench.read('.5'), '4xx\n');
      for (const name of readdirSync(bench.folder)) {
        assert.equal(lstatSync(join(bench.folder, name)).isFile(), true, name);
      }
      assert.deepEqual(bench.troubles, []);
    });
  }

  it('does not follow symbolic links at all its names together', async () => {
    const path = victim();
    for (const number of [1, 2, 3, 4, 5]) plant(`${NAME}.${number}`, path);
    const log = await bench.open({ maxBytes: 4 });
    for (const line of ['0xx', '1xx']) log.write(line);
    await log.close();
    unharmed(path);
    assert.equal(bench.read('.1'), '0xx\n');
    assert.equal(readlinkSync(bench.path('.2')), path);
  });

  it('refuses a second name of a file elsewhere', async () => {
    const path = victim();
    mkdirSync(bench.folder, { mode: 0o700 });
    linkSync(path, bench.path());
    await assert.rejects(bench.open(), refusal(/it has a second name/));
    unharmed(path);
  });

  it('refuses a folder, a pipe and a device in its place, and does not wait for them', async () => {
    mkdirSync(bench.path(), { mode: 0o700, recursive: true });
    await assert.rejects(bench.open(), refusal(/it is no regular file/));
    rmSync(bench.path(), { recursive: true });
    execFileSync('mkfifo', [bench.path()]);
    await assert.rejects(bench.open(), refusal(/it is no regular file/));
    await assert.rejects(bench.open({ folder: '/dev', name: 'null' }), PrerequisiteError);
  });

  it('finishes a roll-over that was interrupted between its two steps', async () => {
    mkdirSync(bench.folder, { mode: 0o700 });
    writeFileSync(bench.path(), 'old\n', { mode: 0o600 });
    linkSync(bench.path(), bench.path('.1'));
    const log = await bench.open({ maxBytes: 5 });
    log.write('new');
    await log.close();
    assert.deepEqual(readdirSync(bench.folder).sort(), [NAME, `${NAME}.1`]);
    assert.deepEqual([bench.read('.1'), bench.read()], ['old\n', 'new\n']);
  });

  it('grows on where it cannot be rolled over, says so once, and rolls when it can', async () => {
    const obstacle = bench.path('.5');
    mkdirSync(join(obstacle, 'full'), { mode: 0o700, recursive: true });
    for (const number of [1, 2, 3, 4]) writeFileSync(bench.path(`.${number}`), '');
    const log = await bench.open({ maxBytes: 4 });
    for (const line of ['0xx', '1xx', '2xx']) log.write(line);
    await log.flush();
    assert.equal(bench.read(), '0xx\n1xx\n2xx\n');
    assert.equal(bench.troubles.length, 1);
    assert.match(
      bench.troubles[0] ?? '',
      /^cannot roll over .*; it grows beyond its size; tries again each second$/,
    );
    rmSync(obstacle, { recursive: true });
    let number = 3;
    await until('roll-over', () => {
      log.write(`${number++}xx`);
      return bench.recoveries.length > 0;
    });
    assert.deepEqual(bench.recoveries, [`${bench.path()} is rolled over again`]);
  });
});
