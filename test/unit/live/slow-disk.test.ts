import assert from 'node:assert/strict';
import type { LineQueue } from '../../../src/live/line-queue.ts';
import { LogHealth } from '../../../src/live/log-health.ts';
import { type LineTarget, RollingFile } from '../../../src/live/rolling-file.ts';

const NAME = 'imds-trace.log';

/** A disk that answers when the test says so. */
class SlowDisk implements LineTarget {
  readonly lines: string[] = [];
  #answer: (() => void) | undefined;

  check = () => Promise.resolve();
  close = () => Promise.resolve();

  async append(queue: LineQueue): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#answer = resolve;
    });
    const line = queue.first;
    if (line === undefined) return;
    queue.advance(line.length);
    this.lines.push(line.toString());
  }

  async answer(): Promise<void> {
    this.#answer?.();
    await new Promise(setImmediate);
  }
}

describe('RollingFile on a slow disk', () => {
  const messages: string[] = [];
  const open = (disk: LineTarget, limits = {}) => {
    const tell = (message: string) => messages.push(message);
    return new RollingFile(disk, new LogHealth(NAME, { onTrouble: tell, onRecovery: tell }), limits);
  };
  beforeEach(() => messages.splice(0));

  it('takes lines while the disk does not answer, up to a limit, and says so once', async () => {
    const disk = new SlowDisk();
    const log = open(disk, { maxWaitingBytes: 100, closeWithinMs: 50 });
    for (let number = 0; number < 20; number++) log.write('123456789');
    assert.deepEqual(log.waiting, { lines: 10, bytes: 100 });
    assert.deepEqual(log.lost, { lines: 10, bytes: 100 });
    assert.deepEqual(messages, [
      `${NAME}: 10 lines (100 bytes) wait, no more are kept: further ones are lost; the disk is too slow: choose another with --log-dir`,
    ]);
    for (let answers = 0; answers < 10; answers++) await disk.answer();
    assert.equal(disk.lines.length, 10);
    assert.equal(messages[1], `${NAME} is written again; 10 lines (100 bytes) were lost`);
    await log.close();
  });

  it('ends in time, though the disk never answers, and counts what it had not got', async () => {
    const log = open(new SlowDisk(), { closeWithinMs: 50 });
    log.write('a');
    log.write('b');
    const start = performance.now();
    await log.close();
    assert.ok(performance.now() - start < 1000);
    assert.deepEqual(log.lost, { lines: 2, bytes: 4 });
    assert.deepEqual(messages, [`${NAME}: 2 lines (4 bytes) could not be written before the end`]);
  });

  it('holds back who brings much, until that is written', async () => {
    const disk = new SlowDisk();
    const log = open(disk);
    assert.equal(log.ready(), undefined);
    for (let number = 0; number < 3; number++) log.write('x'.repeat(400_000));
    const room = log.ready();
    assert.ok(room !== undefined);
    await disk.answer();
    await room;
    assert.equal(log.ready(), undefined);
    for (let answers = 0; answers < 2; answers++) await disk.answer();
    await log.close();
  });

  it('holds nobody back for long where the disk does not answer, and not again until it does', async () => {
    const disk = new SlowDisk();
    const log = open(disk, { closeWithinMs: 50 });
    for (let number = 0; number < 3; number++) log.write('x'.repeat(400_000));
    await log.ready();
    assert.equal(log.ready(), undefined, 'it is waited for once');
    log.write('x'.repeat(400_000));
    await disk.answer();
    assert.ok(log.ready() !== undefined, 'it has answered');
    await log.close();
  });
});
