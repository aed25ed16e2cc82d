import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findEventFiles } from '../../../src/events/event-files.ts';
import { EventReader } from '../../../src/events/read-events.ts';

const DEMO = join(import.meta.dirname, '..', '..', '..', 'fixtures', 'demo', 'expected.jsonl');

describe('files of saved events', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'imds-events-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('whose names are no text are read, and named with their bytes', async () => {
    const name = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff]), Buffer.from('.jsonl')]);
    writeFileSync(name, readFileSync(DEMO));
    const { files, problems } = await findEventFiles([folder]);
    assert.deepEqual(problems, []);
    assert.deepEqual(
      files.map(({ path }) => path),
      [join(folder, '\\xFF.jsonl')],
    );
    const reader = new EventReader({
      filter: {},
      signal: new AbortController().signal,
      wasStopped: () => false,
      onProgress: () => {},
    });
    let calls = 0;
    const [file] = files;
    assert.ok(file);
    const { events } = await reader.read(file, { call: () => calls++, ready: () => undefined });
    assert.ok(calls > 20);
    assert.equal(events, calls);
  });

  it('are read where a caller had lines or megabytes among its arguments', async () => {
    const head = '[2022-12-20 11:03:58,123] [WARNING] IMDSv1(!) (pid:1016:evil argv:';
    const good = `${head}curl) Req details: GET / HTTP/1.1, \n`;
    const firsts: readonly (readonly [string, string, number, number])[] = [
      ['lines', `${head}evil${'\n'.repeat(20)}x${'\ny'.repeat(20)}) Req details: GET /, \n`, 50, 22],
      ['a long line', `${head}${'A '.repeat(1_500_000)})\n`, 51, 0],
      ['too long a line', `${head}${'A '.repeat(2_500_000)})\n`, 50, 1],
    ];
    for (const [name, first, calls, unreadable] of firsts) {
      const path = join(folder, `${name}.log`);
      writeFileSync(path, first + good.repeat(50));
      const { files, problems } = await findEventFiles([path]);
      assert.deepEqual(problems, [], name);
      const [file] = files;
      assert.ok(file, name);
      const reader = new EventReader({
        filter: {},
        signal: new AbortController().signal,
        wasStopped: () => false,
        onProgress: () => {},
      });
      const { events, completeness } = await reader.read(file, { call: () => {}, ready: () => undefined });
      assert.equal(events, calls, name);
      assert.equal(completeness.losses['events.lines_unreadable'] ?? 0, unreadable, name);
    }
    const none = join(folder, 'none.log');
    writeFileSync(none, 'nothing of ours\n'.repeat(1_000_000));
    const [problem] = (await findEventFiles([none])).problems;
    assert.match(problem?.message ?? '', /found none of them in its first 8 MiB$/);
    writeFileSync(none, '{x\n'.repeat(3_000_000));
    const began = process.cpuUsage();
    assert.equal((await findEventFiles([none])).files.length, 0);
    assert.ok(process.cpuUsage(began).user < 5_000_000);
  }).timeout(30_000);

  it('of which the reading was stopped say so', async () => {
    const path = join(folder, 'large.jsonl');
    const [line = ''] = readFileSync(DEMO, 'utf8').split('\n', 1);
    writeFileSync(path, `${line}\n`.repeat(4000));
    const { files } = await findEventFiles([path]);
    const stop = new AbortController();
    const reader = new EventReader({
      filter: {},
      signal: stop.signal,
      wasStopped: () => stop.signal.aborted,
      onProgress: () => stop.abort(),
    });
    const [file] = files;
    assert.ok(file);
    const {
      events = 0,
      repeatedEvents = 0,
      problems,
    } = await reader.read(file, {
      call: () => {},
      ready: () => undefined,
    });
    assert.ok(events + repeatedEvents < 4000, 'not to its end');
    assert.deepEqual(
      problems.map(({ code, damage }) => [code, damage]),
      [['capture.interrupted', false]],
    );
  });
});
