import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Bench, isRoot, NAME, needs, until } from './support.ts';

interface WriterOptions {
  prefix?: string;
  count?: number;
  maxBytes?: number;
  keep?: number;
  uid?: number;
}

describe('RollingFile in processes', function () {
  this.timeout(30_000);
  let bench: Bench;
  let children: ChildProcess[];
  beforeEach(() => {
    bench = new Bench();
    children = [];
  });
  afterEach(async () => {
    for (const child of children) child.kill('SIGKILL');
    await bench.clear();
  });

  function start(options: WriterOptions) {
    const { prefix = 'a', count = 0, maxBytes = 1_000_000, keep = 5, uid } = options;
    const values = [bench.folder, NAME, maxBytes, keep, prefix, count, ...(uid === undefined ? [] : [uid])];
    const script = join(import.meta.dirname, 'writer.ts');
    const child = spawn(process.execPath, ['--import', 'tsx', script, ...values.map(String)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    let troubles = '';
    child.stderr.on('data', (data) => {
      troubles += data;
    });
    const ended = once(child, 'close').then(([code]) => ({ code, troubles }));
    return { child, ended, opened: once(child.stdout, 'data') };
  }

  /** Oldest first. */
  const files = () =>
    readdirSync(bench.folder)
      .map((name) => name.slice(NAME.length))
      .sort((a, b) => Number(b.slice(1)) - Number(a.slice(1)));
  const WHOLE = /^([ab]) (\d+) (\.*) end$/;
  const check = (line: string): [string, number] => {
    const [, prefix = '', number = '', dots = ''] = WHOLE.exec(line) ?? assert.fail(`torn: ${line}`);
    assert.equal(dots.length, Number(number) % 211);
    return [prefix, Number(number)];
  };

  it('leaves only whole lines before the last after kill -9, and goes on behind it', async () => {
    for (let round = 0; round < 3; round++) {
      const { child, ended, opened } = start({ maxBytes: 200_000, keep: 50 });
      await opened;
      const before = statSync(bench.path()).ino;
      await until('a roll-over', () => statSync(bench.path(), { throwIfNoEntry: false })?.ino !== before);
      child.kill('SIGKILL');
      await ended;
      let torn = 0;
      for (const suffix of files()) {
        const lines = bench.read(suffix).split('\n');
        // Each round may have left one torn line, where the next one began a new line.
        for (const line of lines.slice(0, -1)) if (!WHOLE.test(line)) torn++;
        if (suffix !== '') assert.equal(lines.at(-1), '', suffix);
      }
      assert.ok(torn <= round, `${torn} torn lines before the last of round ${round}`);
    }
  });

  it('keeps the lines of two writers of one file whole', async () => {
    const count = 20_000;
    const writers = ['a', 'b'].map((prefix) => start({ prefix, count, maxBytes: 100_000_000 }));
    for (const { ended } of writers) assert.deepEqual(await ended, { code: 0, troubles: '' });
    assert.deepEqual(files(), ['']);
    const next: Record<string, number> = { a: 0, b: 0 };
    for (const line of bench.read().split('\n').slice(0, -1)) {
      const [prefix, number] = check(line);
      assert.equal(number, next[prefix]);
      next[prefix] = number + 1;
    }
    assert.deepEqual(next, { a: count, b: count });
  });

  it('keeps every line of two writers that roll one file over', async () => {
    const count = 10_000;
    const writers = ['a', 'b'].map((prefix) => start({ prefix, count, maxBytes: 50_000, keep: 200 }));
    for (const { ended } of writers) assert.deepEqual(await ended, { code: 0, troubles: '' });
    const seen = new Set<string>();
    for (const suffix of files()) {
      const text = bench.read(suffix);
      assert.ok(text.endsWith('\n') || text === '');
      for (const line of text.split('\n').slice(0, -1)) seen.add(check(line).join(' '));
    }
    assert.equal(seen.size, 2 * count);
  });

  it('rolls over and makes files again after root was given up', async function () {
    needs(this, isRoot, 'root, to give it up');
    const uid = 61999;
    // Whoever is not root must get to the folder.
    chmodSync(bench.root, 0o755);
    const { ended } = start({ count: 5000, maxBytes: 100_000, uid });
    assert.deepEqual(await ended, { code: 0, troubles: '' });
    assert.equal(files().length, 6);
    for (const path of [bench.folder, ...files().map((suffix) => bench.path(suffix))]) {
      assert.deepEqual([statSync(path).uid, statSync(path).gid], [uid, uid], path);
    }
    // Another session, with another of the uids that are nobody's.
    const again = start({ count: 5000, maxBytes: 100_000, uid: 61998 });
    assert.deepEqual(await again.ended, { code: 0, troubles: '' });
    for (const path of [bench.folder, ...files().map((suffix) => bench.path(suffix))]) {
      assert.equal(statSync(path).uid, 61998, path);
      assert.equal(statSync(path).mode & 0o077, 0, path);
    }
  });

  it('says that it may not make its folder again after root was given up, and goes on', async function () {
    needs(this, isRoot, 'root, to give it up');
    chmodSync(bench.root, 0o755);
    const { child, opened } = start({ uid: 61999 });
    await opened;
    let troubles = '';
    child.stderr?.on('data', (data) => {
      troubles += data;
    });
    renameSync(bench.folder, `${bench.folder}.away`);
    await until('trouble', () => troubles !== '');
    assert.ok(
      troubles.includes(
        `imds: it is missing, and this process may not make it. Make it (install -d -m 700 -o 61999 -g 61999 ${bench.folder})`,
      ),
      troubles,
    );
    renameSync(`${bench.folder}.away`, bench.folder);
    await until('recovery', () => /is written again; nothing was lost\n/.test(troubles));
  });
});
