import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lanes, testFiles } from '../../../scripts/test-files.mjs';
import { root } from '../../cli/run.ts';

const read = (file: string) => readFileSync(join(root, file), 'utf8');

describe('lanes of npm test', () => {
  const { alone, sessions, others } = lanes();

  it('have each test file once', () => {
    const all = [alone, ...sessions, ...others].flatMap(({ files }) => files);
    assert.deepEqual(all.sort(), testFiles().sort());
  });

  it('have something to do each', () => {
    for (const { name, files } of [alone, ...sessions, ...others]) assert.ok(files.length > 0, name);
  });

  // A session sees the calls of the whole host, also those of a test that runs beside its own.
  it('call the service at its own port in one of them alone', () => {
    for (const { files } of others) assert.ok(!files.some((file) => file.startsWith('test/live/')));
    for (const { name, files } of sessions) {
      if (name === 'sessions') continue;
      for (const file of files) {
        const text = read(file);
        assert.match(text, /from '\.\/scene\.ts'/, file);
        assert.doesNotMatch(text, /'--port', '80'|from '\.\/lookups\.ts'.*\bpair\b/, file);
      }
    }
  });

  it('end with what slows down all that comes after it', () => {
    const lane = others.find(({ files }) => files.some((file) => file.startsWith('test/fuzz/')));
    assert.match(lane?.files.at(-1) ?? '', /^test\/fuzz\//);
  });
});
