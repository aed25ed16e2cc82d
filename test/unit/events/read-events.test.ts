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
