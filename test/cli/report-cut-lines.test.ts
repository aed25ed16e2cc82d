import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RollingFile } from '../../src/live/rolling-file.ts';
import { sessionLine } from '../../src/report/session-line.ts';
import { imds } from './run.ts';
import { LINES } from './saved-events.ts';

const NAME = 'imds-calls.jsonl';
const V2 = LINES.find((line) => line.includes('"version":"v2"')) ?? '';
const HOST = { id: 'ec2f1e0b4b8c4d6ea1c35f7c0d9e8b7a', name: 'web-7' };

const at = (time: string) => BigInt(Date.parse(time)) * 1_000_000n;

let calls = 0;
function call(time: string): string {
  const id = `"event":{"id":"${String(++calls).padStart(32, '0')}"`;
  return V2.replace(/"@timestamp":"[^"]+"/, `"@timestamp":"${time}.000000000Z"`).replace(
    /"event":\{"id":"[^"]+"/,
    id,
  );
}

function session(from: string, to: string): string {
  return sessionLine({
    session: 's1',
    host: HOST,
    from: at(from),
    to: at(to),
    ended: true,
    calls: { v1: 0, v2: 1, unknown: 0, foreign: 0, attempt: 0 },
    unwritten: 0,
    completeness: {
      losses: {},
      connections: 1,
      provableConnections: 1,
      capturedBytes: 9,
      kernelBytes: 9,
      views: ['sockets'],
      lookups: { made: 0, found: 0 },
    },
  });
}

describe('imds report, of a log that a killed imds live was writing to', function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'imds-cut-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** What the next session finds, and writes behind it. */
  async function restart(left: string): Promise<void> {
    const logs = join(folder, 'logs');
    mkdirSync(logs, { mode: 0o700 });
    writeFileSync(join(logs, NAME), left, { mode: 0o600 });
    const quiet = { onTrouble: () => {}, onRecovery: () => {} };
    const file = await RollingFile.open({ folder: logs, name: NAME, maxBytes: 1e7, ...quiet });
    file.write(session('2026-03-02T00:00:00Z', '2026-03-02T00:00:00Z'));
    file.write(call('2026-03-02T10:00:00'));
    file.write(session('2026-03-02T00:00:00Z', '2026-03-09T00:00:00Z'));
    await file.close();
  }

  async function verdict(...options: string[]) {
    const { code, stdout, stderr } = await imds(['report', '--json', join(folder, 'logs'), ...options], {
      cwd: folder,
    });
    const { verdict, completeness, captures } = JSON.parse(stdout);
    const { status, needed } = verdict.hosts[0];
    return { code, stderr, status, needed, losses: captures[0].losses, damage: completeness.damage };
  }

  it('takes it for no damage, and tells it', async () => {
    await restart(`${call('2026-03-01T10:00:00')}\n${call('2026-03-01T10:00:01').slice(0, 400)}`);
    const { code, stderr, status, needed, losses } = await verdict();
    assert.deepEqual([code, stderr], [0, '']);
    assert.deepEqual(losses, { 'events.lines_torn': 1 });
    assert.equal(status, 'not-enough-evidence');
    assert.equal(needed.length, 1);
    assert.match(needed[0], /: 1 line cut short, of 2026-03-01 10:00:01 UTC\.$/);
  });

  it('withholds proof for the time that it says, and for no other', async () => {
    await restart(`${call('2026-03-01T10:00:00')}\n${call('2026-03-02T12:00:00').slice(0, 400)}`);
    for (const [expected, ...options] of [
      ['not-enough-evidence', '--since', '2026-03-02T00:00:00Z'],
      ['not-enough-evidence', '--since', '2026-03-02T12:00:00Z'],
      ['ready', '--since', '2026-03-02T12:00:01Z'],
      ['not-enough-evidence', '--until', '2026-03-05T00:00:00Z'],
      ['ready', '--until', '2026-03-02T12:00:00Z', '--observed', '1h'],
    ] as const) {
      const { status, code } = await verdict(...options);
      assert.deepEqual([status, code], [expected, 0], options.join(' '));
    }
  });

  it('withholds it until the next line where it does not say', async () => {
    await restart(`${call('2026-03-01T10:00:00')}\n${call('2026-03-01T10:00:01').slice(0, 30)}`);
    assert.equal((await verdict('--since', '2026-03-01T23:00:00Z')).status, 'not-enough-evidence');
    assert.equal((await verdict('--since', '2026-03-02T00:00:01Z')).status, 'ready');
    assert.equal((await verdict('--until', '2026-03-01T09:00:00Z')).status, 'not-enough-evidence');
  });

  it('takes a line with other damage for damage, whenever it was', async () => {
    const damaged = call('2026-03-01T10:00:01').replace('"ecs"', 'ecs"');
    await restart(`${call('2026-03-01T10:00:00')}\n${damaged}\n`);
    const { code, stderr, status, losses } = await verdict('--since', '2026-03-02T00:00:01Z');
    assert.equal(code, 4);
    assert.match(stderr, /1 is none, the first of them line 2\. /);
    assert.deepEqual(losses, { 'events.lines_unreadable': 1 });
    assert.equal(status, 'not-enough-evidence');
  });
});
