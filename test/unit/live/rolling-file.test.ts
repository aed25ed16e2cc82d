import assert from 'node:assert/strict';
import {
  constants,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { Bench, NAME, needs } from './support.ts';

describe('RollingFile', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.clear());

  function existing(content: string, suffix = ''): void {
    mkdirSync(bench.folder, { mode: 0o700, recursive: true });
    writeFileSync(bench.path(suffix), content, { mode: 0o644 });
  }

  it('creates a private folder with a private file, whatever the umask', async () => {
    const umask = process.umask(0);
    try {
      const log = await bench.open();
      log.write('a');
      log.write('é');
      await log.flush();
    } finally {
      process.umask(umask);
    }
    assert.equal(bench.read(), 'a\né\n');
    assert.equal(statSync(bench.folder).mode & 0o7777, 0o700);
    assert.equal(statSync(bench.path()).mode & 0o7777, 0o600);
  });

  it('appends to what is there, and makes it private', async () => {
    existing('before\n');
    existing('older\n', '.1');
    const log = await bench.open();
    log.write('after');
    await log.close();
    assert.equal(bench.read(), 'before\nafter\n');
    for (const suffix of ['', '.1']) assert.equal(statSync(bench.path(suffix)).mode & 0o7777, 0o600);
  });

  it('opens it to append, following no link, closed in child processes', async function () {
    needs(this, process.platform === 'linux', 'the /proc of Linux');
    await bench.open();
    const descriptor = readdirSync('/proc/self/fd').find((number) => {
      try {
        return readlinkSync(`/proc/self/fd/${number}`) === bench.path();
      } catch {
        return false;
      }
    });
    const [, flags = ''] =
      /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8')) ?? [];
    const O_CLOEXEC = 0o2000000;
    for (const flag of [constants.O_APPEND, constants.O_NOFOLLOW, O_CLOEXEC]) {
      assert.equal(Number.parseInt(flags, 8) & flag, flag);
    }
  });

  it('begins a new line after half a line of an interrupted writer', async () => {
    existing('whole\nhal');
    const log = await bench.open();
    log.write('next');
    await log.close();
    assert.equal(bench.read(), 'whole\nhal\nnext\n');
  });

  it('rolls over before a file gets longer than its size, and keeps five', async () => {
    const log = await bench.open({ maxBytes: 12 });
    for (let number = 10; number < 30; number++) log.write(`line${number}`);
    await log.close();
    assert.deepEqual(
      readdirSync(bench.folder).sort(),
      ['', '.1', '.2', '.3', '.4', '.5'].map((suffix) => NAME + suffix),
    );
    assert.deepEqual(
      ['.5', '.4', '.3', '.2', '.1', ''].map((suffix) => bench.read(suffix)),
      [24, 25, 26, 27, 28, 29].map((number) => `line${number}\n`),
    );
    for (const name of ['', '.1', '.5']) assert.equal(statSync(bench.path(name)).mode & 0o7777, 0o600);
    assert.deepEqual(bench.troubles, []);
  });

  it('fills a file to the last byte', async () => {
    const log = await bench.open({ maxBytes: 14 });
    for (const line of ['line10', 'line11', 'line12']) log.write(line);
    await log.close();
    assert.equal(bench.read('.1'), 'line10\nline11\n');
    assert.equal(bench.read(), 'line12\n');
  });

  it('writes a line that is longer than the size, into a file of its own', async () => {
    const long = 'x'.repeat(300_000);
    const log = await bench.open({ maxBytes: 1000 });
    for (const line of ['a', long, 'b']) log.write(line);
    await log.close();
    assert.equal(bench.read('.2'), 'a\n');
    assert.equal(bench.read('.1'), `${long}\n`);
    assert.equal(bench.read(), 'b\n');
  });

  it('rolls over a file that was full before', async () => {
    existing('x'.repeat(50));
    const log = await bench.open({ maxBytes: 50 });
    log.write('a');
    await log.close();
    assert.equal(bench.read('.1'), 'x'.repeat(50));
    assert.equal(bench.read(), 'a\n');
  });

  it('closes a gap among the names before it drops the oldest', async () => {
    for (const [suffix, content] of [
      ['', '0\n'],
      ['.1', '1\n'],
      ['.3', '3\n'],
      ['.5', '5\n'],
    ] as const) {
      existing(content, suffix);
    }
    const log = await bench.open({ maxBytes: 3 });
    log.write('new');
    await log.close();
    assert.deepEqual(
      ['', '.1', '.2', '.3', '.5'].map((suffix) => bench.read(suffix)),
      ['new\n', '0\n', '1\n', '3\n', '5\n'],
    );
  });

  it('keeps no rolled file if it is told so', async () => {
    const log = await bench.open({ maxBytes: 5, keep: 0 });
    for (const line of ['abcd', 'efgh']) log.write(line);
    await log.close();
    assert.deepEqual(readdirSync(bench.folder), [NAME]);
    assert.equal(bench.read(), 'efgh\n');
  });

  it('loses none of 100,000 lines, and keeps their order through every roll-over', async function () {
    this.timeout(30_000);
    const log = await bench.open({ maxBytes: 100_000, keep: 200, maxWaitingBytes: 20_000_000 });
    const count = 100_000;
    for (let number = 0; number < count; number++) {
      log.write(`line ${number} ${'.'.repeat(number % 97)}`);
      if (number % 1000 === 0) await new Promise(setImmediate);
    }
    await log.close();
    const suffixes = readdirSync(bench.folder).map((name) => Number(name.slice(NAME.length + 1)));
    let next = 0;
    for (const suffix of suffixes.sort((a, b) => b - a)) {
      const text = bench.read(suffix === 0 ? '' : `.${suffix}`);
      assert.ok(text.length <= 100_000);
      for (const line of text.split('\n').slice(0, -1)) {
        assert.equal(line, `line ${next} ${'.'.repeat(next % 97)}`);
        next++;
      }
    }
    assert.equal(next, count);
    assert.deepEqual(log.lost, { lines: 0, bytes: 0 });
  });

  it('counts what is written after the end, and can be closed twice', async () => {
    const log = await bench.open();
    await Promise.all([log.close(), log.close()]);
    log.write('late');
    assert.deepEqual(log.lost, { lines: 1, bytes: 5 });
    assert.equal(bench.read(), '');
  });
});
