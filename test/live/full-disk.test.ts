import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { imds } from '../cli/run.ts';
import { succeed } from './probe/world.ts';
import { V4_ENDPOINT, WATCHING, withScene } from './scene.ts';
import { endSessions, needsRoot } from './session.ts';

const SIZE_KB = 512;
/** What is to be saved waits for more no longer than that (src/live/save/capture-writer.ts). */
const TOGETHER_MS = 300;

/** A small file system of its own; the session's account may write to it. */
class SmallDisk {
  readonly path: string;
  readonly #filler: string;

  constructor(path: string) {
    this.path = path;
    this.#filler = join(path, 'filler');
    mkdirSync(path);
    const options = ['-t', 'tmpfs', '-o', `size=${SIZE_KB}k,mode=1777`, 'tmpfs', path];
    const { status, stderr } = spawnSync('mount', options, { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  }

  fill(): void {
    const file = openSync(this.#filler, 'w');
    const block = Buffer.alloc(4096);
    try {
      for (let i = 0; i <= SIZE_KB; i++) writeSync(file, block);
    } catch (error) {
      assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
    } finally {
      closeSync(file);
    }
  }

  clear(): void {
    rmSync(this.#filler);
  }

  unmount(): void {
    spawnSync('umount', ['-l', this.path]);
  }
}

/** Resolves when the file has the text, and what was to be saved with it. */
async function written(file: string, text: string): Promise<void> {
  for (let i = 0; !(existsSync(file) && readFileSync(file).includes(text)); i++) {
    assert.ok(i < 100, `${text} in ${file}`);
    await setTimeout(100);
  }
  await setTimeout(TOGETHER_MS);
}

describe('imds live: a full disk', function () {
  this.timeout(60_000);
  before(needsRoot);
  let folder: string;
  let disk: SmallDisk;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'imds-full-disk-'));
    chmodSync(folder, 0o755);
    disk = new SmallDisk(join(folder, 'disk'));
  });
  afterEach(() => {
    endSessions();
    disk.unmount();
    rmSync(folder, { recursive: true });
  });

  it('keeps no call from being told; the log has all of them once there is room', () =>
    withScene(
      async ({ client, session, mark, path }) => {
        const ask = async (name: string, seen: number) => {
          const url = `http://${V4_ENDPOINT}${path}/${name}`;
          await succeed(client.run('sh', ['-c', `for i in 1 2 3; do curl -s -o /dev/null ${url}-$i; done`]));
          await session.eventsOf(mark, seen);
        };
        const said = (pattern: RegExp) => session.diagnostics.some((line) => pattern.test(line));
        await ask('before', 3);
        disk.fill();
        // The log's last block has room for some more lines.
        for (let i = 0; !said(/cannot write .*imds-trace\.log/); i++) {
          assert.ok(i < 20, session.diagnostics.join('\n'));
          await ask(`while-${i}`, 6 + 3 * i);
        }
        const trouble = session.diagnostics.filter((line) => /cannot write .*imds-trace\.log/.test(line));
        assert.match(trouble[0] ?? '', /^imds live: cannot write \S+imds-trace\.log: .*(ENOSPC|no space)/i);
        disk.clear();
        await session.until(() => said(/imds-trace\.log is written again; nothing was lost/), 'recovery');
        await ask('after', session.events.length + 3);
        assert.equal(await session.stop(), 0);
        assert.equal(trouble.length, 1, 'it is said once');
        const log = readFileSync(join(disk.path, 'log', 'imds-trace.log'), 'utf8');
        const logged = [...log.matchAll(new RegExp(`${mark}/([\\w-]+)\\)`, 'g'))].map(([, name]) => name);
        const told = session.events.map(({ url }) => url?.path.split('/').at(-1));
        assert.deepEqual(logged, told);
      },
      { args: ['--capture', 'sockets', '--log-dir', join(disk.path, 'log')] },
    ));

  it('cuts what is saved short, says so, and what was saved can be read', () => {
    const file = join(disk.path, 'capture.pcapng');
    return withScene(
      async ({ client, session, mark, path }) => {
        const ask = async (name: string, count: number, seen: number) => {
          const url = `http://${V4_ENDPOINT}${path}/${name}`;
          const loop = `for i in $(seq ${count}); do curl -s -o /dev/null ${url}-$i; done`;
          await succeed(client.run('sh', ['-c', loop]));
          return session.eventsOf(mark, seen);
        };
        await ask('before', 3, 3);
        // A call is told before its packets are written, which are waited for together.
        await written(file, `${path}/before-3`);
        disk.fill();
        const seen = await ask('while', 40, 43);
        assert.equal(seen.length, 43, 'no call is lost to those who read them');
        assert.equal(await session.stop(), 0);
        const text = session.diagnostics.join('\n');
        assert.match(text, /^imds live: -w \S+capture\.pcapng: the file system is full; /m);
        assert.match(
          text,
          /^imds live: saved \S+; not all of it: .*[\d,]+ packets? not written \(save\.packets_unwritten\)/m,
        );
        disk.clear();
        const { code, stdout, stderr } = await imds(['analyze', '--jsonl', ...WATCHING, file]);
        assert.ok(code === 0 || code === 4, stderr);
        const lines = stdout.split('\n').filter(Boolean);
        assert.ok(lines.length >= 3, 'what came before is there');
        assert.ok(lines.length < session.lines.length, 'not all of it was saved');
        assert.deepEqual(lines, session.lines.slice(0, lines.length));
      },
      { args: ['--capture', 'sockets', '-w', file] },
    );
  });
});
