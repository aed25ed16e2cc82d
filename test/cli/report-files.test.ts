import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { imds, root, shell } from './run.ts';
import { DEMO, EVENTS, Folder, LINES, rowsOf } from './saved-events.ts';

const MARK = '\uFEFF';
const FILES = 1000;

describe('imds report, files as they come', function () {
  const folder = new Folder();
  const put = (name: string, content: string | Uint8Array) => folder.put(name, content);
  this.timeout(60_000);

  function withBadTrailer(text: string, behind: number): Buffer {
    const packed = gzipSync(text);
    const at = packed.length - behind;
    packed[at] = (packed[at] ?? 0) ^ 0xff;
    return packed;
  }

  it('reads a folder of many files of one event, and counts each call once', async () => {
    const event = LINES[0] ?? '';
    for (let number = 0; number < FILES; number++) {
      const id = `"event":{"id":"${number.toString(16).padStart(32, '0')}"`;
      const line = `${event.replace(/"event":\{"id":"[0-9a-f]{32}"/, id)}\n`;
      const isPacked = number % 10 === 0;
      put(`many/${number}.jsonl`, isPacked ? gzipSync(line) : line);
      if (number % 100 === 0) put(`many/copies/${number}.jsonl`, line);
    }
    const { code, stdout, stderr } = await imds(['report', '--json', join(folder.path, 'many')]);
    assert.equal(code, 0, stderr);
    assert.equal(JSON.parse(stdout).totals.calls, FILES);
  });

  it('says the same where there is no memory, processor or compiler for the scanner of events', async () => {
    const file = put('imds-calls.jsonl', EVENTS);
    const { stdout: expected } = await imds(['report', '--json', file]);
    const node = `'${process.execPath}'`;
    for (const line of [
      'ulimit -v 4000000; exec node',
      'exec node --no-enable-sse4-1',
      'exec node --jitless',
    ]) {
      const [limited, options] = line.split(/\bnode\b/);
      const imdsReport = `'${join(root, 'bin', 'run.js')}' report --json '${file}'`;
      const { code, stdout, stderr } = await shell(`${limited}${node}${options} ${imdsReport}`);
      assert.equal(code, 0, stderr);
      assert.equal(stdout, expected, line);
    }
  });

  it('is silent of what imds live keeps there besides: its lock, and logs that have no call as yet', async () => {
    put('kept/imds-calls.jsonl', EVENTS);
    put('kept/imds-live.lock', '4101 777\n');
    put('kept/imds-trace.log', '');
    put('kept/notes.txt', 'notes');
    const { stderr } = await imds(['report', '--json', join(folder.path, 'kept')]);
    assert.match(stderr, /no events, skipped: notes\.txt\./);
  });

  it('takes the lines of a log for other calls than the same lines of another file only where there are more', async () => {
    const line = '[2022-12-20T11:03:58] [WARNING] IMDSv1(!) (pid:1016:curl argv:curl)\n';
    put('logs/a/imds-trace.log', line.repeat(2));
    put('logs/b/imds-trace.log', line.repeat(3));
    const { stdout } = await imds(['report', '--json', join(folder.path, 'logs')]);
    assert.equal(JSON.parse(stdout).totals.calls, 3);
  });

  it('reports what stands before the damage of a packed file, and says that there is some', async () => {
    const { length } = LINES;
    const packed = gzipSync(EVENTS);
    const long = gzipSync(`${EVENTS}${'\n'.repeat(2_000_000)}`);
    const cases: readonly (readonly [string, Uint8Array, RegExp])[] = [
      ['crc', withBadTrailer(EVENTS, 8), /incorrect data check/],
      ['length', withBadTrailer(EVENTS, 4), /incorrect length check/],
      ['without an end', withBadTrailer(EVENTS.trimEnd(), 8), /incorrect data check/],
      ['long', withBadTrailer(`${EVENTS}${'\n'.repeat(2_000_000)}`, 8), /incorrect data check/],
      ['cut', long.subarray(0, -9), /unexpected end of file/],
      ['garbage', Buffer.concat([packed, Buffer.from('no member')]), /incorrect header check/],
    ];
    for (const [name, content, reason] of cases) {
      const { code, stdout, stderr } = await imds(['report', '--json', put(`${name}.jsonl.gz`, content)]);
      assert.equal(code, 4, name);
      assert.equal(JSON.parse(stdout).totals.calls, length, name);
      assert.match(stderr, new RegExp(`reading failed after ${length} events: `), name);
      assert.match(stderr, reason, name);
      assert.match(stderr, /^[^\n]+\n$/, name);
    }
    const zeros = put('zeros.jsonl.gz', Buffer.concat([packed, Buffer.alloc(512)]));
    assert.equal((await imds(['report', zeros])).stderr, '');
  });

  it('says of a packed file with damage in its first bytes that it cannot be unpacked', async () => {
    const packed = gzipSync(EVENTS);
    for (const [name, content] of [
      ['head', Buffer.from(packed).fill(0xff, 10, 40)],
      ['cut', packed.subarray(0, 12)],
    ] as const) {
      const { code, stderr } = await imds(['report', put(`${name}.jsonl.gz`, content)]);
      assert.equal(code, 4);
      assert.match(stderr, /: it cannot be unpacked as far as the first event: [^\n]+\n$/);
    }
  });

  it('reports the callers of a packed JSON report with a wrong trailer', async () => {
    const { stdout } = await imds(['report', '--json', put('a.jsonl', EVENTS)]);
    const report = put('report.json.gz', withBadTrailer(stdout, 8));
    const { code, stdout: again, stderr } = await imds(['report', '--json', report]);
    assert.equal(code, 4);
    assert.match(stderr, /reading failed: incorrect data check/);
    assert.equal(JSON.parse(again).totals.calls, LINES.length);
  });

  it('steps over a byte order mark', async () => {
    const whole = await rowsOf([put('whole.jsonl', EVENTS)]);
    assert.deepEqual(await rowsOf([put('marked.jsonl', MARK + EVENTS)]), whole);
    assert.deepEqual(await rowsOf([put('marked.jsonl.gz', gzipSync(MARK + EVENTS))]), whole);
    const { stdout } = await imds(['report', '--json', join(folder.path, 'whole.jsonl')]);
    assert.deepEqual(await rowsOf([put('report.json', MARK + stdout)]), whole);
    const log = readFileSync(join(DEMO, 'expected.log'), 'utf8');
    assert.deepEqual(await rowsOf([put('marked.log', MARK + log)]), await rowsOf([put('a.log', log)]));
  });
});
