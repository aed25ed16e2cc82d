import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { report } from '../../../src/cli/report.ts';
import { DEFAULT_VERDICT } from '../../../src/report/verdict-options.ts';
import { sessionLine } from '../../cli/saved-events.ts';

const HOST = { id: 'a1b2c3d4e5f6', name: 'web-7' };
const WATCHED = sessionLine({
  session: 's1',
  start: '2026-03-01T00:00:00.000000000Z',
  end: '2026-03-03T00:00:00.000000000Z',
  host: HOST,
  type: 'end',
});
const V1 = JSON.stringify({
  '@timestamp': '2026-03-03T00:00:01.000000000Z',
  event: { id: '0'.repeat(32), module: 'imds', dataset: 'imds.calls' },
  imds: { version: 'v1', operation: 'read', session: 's2' },
  source: { ip: '10.0.0.5', port: 4000 },
  destination: { ip: '169.254.169.254', port: 80 },
  host: HOST,
});

describe('a report that a signal ends', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'imds-interrupted-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function put(name: string, ...lines: readonly string[]): string {
    const path = join(folder, name);
    writeFileSync(path, lines.join('\n'));
    return path;
  }

  /** @param until what is said on standard error when the signal comes */
  async function run(paths: readonly string[], until?: string) {
    const signals = new EventEmitter();
    const said = { stdout: '', stderr: '' };
    const stream = (name: keyof typeof said) =>
      new Writable({
        write(text, _encoding, done) {
          said[name] += text;
          done();
        },
      });
    const stderr = stream('stderr');
    const write = stderr.write.bind(stderr) as (text: string) => boolean;
    stderr.write = (text: string) => {
      if (until !== undefined && text.includes(until)) signals.emit('SIGINT', 'SIGINT');
      return write(text);
    };
    const code = await report(
      {
        paths,
        ownPaths: [],
        namedPaths: [],
        format: 'json',
        calls: false,
        ancestors: 3,
        output: undefined,
        verdict: DEFAULT_VERDICT,
        failOn: [],
        filter: {},
      },
      { stdin: Readable.from([]), stdout: stream('stdout'), stderr, env: {}, signals },
    );
    return { code, ...said, statuses: JSON.parse(said.stdout || '{}').verdict?.hosts ?? [] };
  }

  it('takes no host for READY whose other files nobody came to', async () => {
    const events = put('watched.jsonl', WATCHED, '');
    const saved = put('a.json', (await run([events])).stdout);
    const copy = join(folder, 'copy.json');
    copyFileSync(saved, copy);
    const later = put('later.jsonl', V1, '');
    const statuses = async (...args: Parameters<typeof run>) => {
      const { code, statuses: hosts } = await run(...args);
      return [code, ...hosts.map(({ status }: { status: string }) => status)];
    };
    assert.deepEqual(await statuses([saved, copy]), [0, 'ready']);
    assert.deepEqual(await statuses([saved, copy, later]), [0, 'not-ready']);
    assert.deepEqual(await statuses([saved, copy, later], 'it counts once'), [130, 'not-enough-evidence']);
  });
});
