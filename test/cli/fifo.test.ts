import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { result, root, start } from './run.ts';

const CAPTURE = join(root, 'fixtures/clients-curl-v2/capture.pcap');
const PATIENCE_MS = 20_000;

/** Resolves when the process has the file open. */
async function opened(pid: number | undefined, file: string): Promise<void> {
  const folder = `/proc/${pid}/fd`;
  const isOpen = () => readdirSync(folder).some((fd) => linkOf(join(folder, fd)) === file);
  for (const end = Date.now() + PATIENCE_MS; !isOpen(); await setTimeout(20)) {
    assert.ok(Date.now() < end, `${file} is not opened`);
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    // It was closed meanwhile.
    return undefined;
  }
}

describe('cli: a FIFO as input', () => {
  before(function () {
    // Elsewhere it is read as any stream, and /proc is missing.
    if (process.platform !== 'linux') this.skip();
  });
  let folder: string;
  let fifo: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'imds-fifo-'));
    fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const commands = {
    analyze: () => ['analyze', '--format', 'log', fifo],
    scrub: () => ['scrub', fifo, join(folder, 'out.pcapng')],
  };

  for (const [name, args] of Object.entries(commands)) {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      it(`${name} is ended by ${signal} while nobody writes to it`, async () => {
        const child = start(args(), { stdio: ['ignore', 'pipe', 'pipe'] });
        const ended = result(child);
        await opened(child.pid, fifo);
        child.kill(signal);
        const late = new AbortController();
        const ending = await Promise.race([
          ended,
          setTimeout(PATIENCE_MS, undefined, { signal: late.signal }).catch(() => undefined),
        ]);
        late.abort();
        if (ending === undefined) child.kill('SIGKILL');
        assert.equal(ending?.code, 128 + constants.signals[signal], ending?.stderr);
        assert.ok(!existsSync(join(folder, 'out.pcapng')));
      });
    }

    it(`${name} is ended by SIGINT while a writer is silent`, async () => {
      const child = start(args(), { stdio: ['ignore', 'pipe', 'pipe'] });
      const ended = result(child);
      const writer = await open(fifo, 'w');
      await writer.write(readFileSync(CAPTURE).subarray(0, 200));
      await opened(child.pid, fifo);
      child.kill('SIGINT');
      const { code, stderr } = await ended;
      await writer.close();
      assert.equal(code, 130, stderr);
    });

    it(`${name} reads what a writer puts into it, who may come late`, async () => {
      const child = start(args(), { stdio: ['ignore', 'pipe', 'pipe'] });
      const ended = result(child);
      await opened(child.pid, fifo);
      writeFileSync(fifo, readFileSync(CAPTURE));
      const { code, stdout, stderr } = await ended;
      assert.equal(code, 0, stderr);
      if (name === 'analyze') assert.equal(stdout.match(/IMDSv2/g)?.length, 5);
      else assert.ok(existsSync(join(folder, 'out.pcapng')));
    });
  }
});
