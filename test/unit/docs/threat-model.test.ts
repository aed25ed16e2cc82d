import { deepStrictEqual, ok } from 'node:assert';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..', '..');
const text = readFileSync(join(root, 'docs', 'threat-model.md'), 'utf8');

/** `` - `test/a.test.ts` › title ``: the title as it stands in the source. */
const NAMED = /^- `(test\/[^`]+)` › (.+)$/gm;

describe('the threat model', () => {
  it('names for each threat the tests that hold it, and those exist', () => {
    const missing: string[] = [];
    for (const [, path = '', title = ''] of text.matchAll(NAMED)) {
      const file = join(root, path);
      const source = existsSync(file) ? readFileSync(file, 'utf8') : '';
      const isThere = ["'", '`', '"'].some((quote) => source.includes(`${quote}${title}`));
      if (!isThere) missing.push(`${path} › ${title}`);
    }
    deepStrictEqual(missing, []);
  });

  it('leaves no threat without a test', () => {
    const threats = text.split(/^### /m).slice(1);
    ok(threats.length > 10);
    for (const threat of threats) ok(/^- `test\//m.test(threat), threat.split('\n')[0]);
  });
});
