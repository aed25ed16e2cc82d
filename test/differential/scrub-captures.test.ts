import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEndpoints } from '../../src/cli/endpoint.ts';
import { analysisOf, runScrub } from '../support/scrub.ts';
import { captures, readOracle } from './oracle.ts';

describe('scrubbed real captures', function () {
  this.timeout(30_000);
  const oracle = readOracle();
  if (oracle === undefined) {
    it(`of which the originals are expected in ${captures}`, function () {
      assert.notEqual(process.env.CI, 'true', 'under CI the captures have to be there');
      this.skip();
    });
    return;
  }
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'imds-scrub-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const { file, endpoint, repo } of oracle) {
    it(`give the same events: ${repo}: ${file}`, async () => {
      const endpoints = parseEndpoints([endpoint]);
      const [input, output] = [join(captures, file), join(folder, 'out.pcapng')];
      const { code, stderr } = await runScrub(input, output, { endpoints, force: true });
      assert.ok(code === 0 || code === 4, stderr);
      const before = await analysisOf([input], { endpoints });
      const after = await analysisOf([output], { endpoints });
      assert.ok(before.events.length > 0);
      assert.deepEqual(after.events, before.events);
    });
  }
});
