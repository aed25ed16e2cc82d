import { deepStrictEqual, doesNotMatch, match, ok } from 'node:assert';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..', '..');
const text = readFileSync(join(root, 'docs', 'threat-model.md'), 'utf8');

/** `` - `test/a.test.ts` › title ``: the title as it stands in the source, with `…` for each `${…}`. */
const NAMED = /^- `(test\/[^`]+)` › (.+)$/gm;

/** The title as a whole, between quotes. */
function titled(title: string): RegExp {
  const parts = title.split('…').map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`(['"\`])${parts.join('\\$\\{[^\\n]*?\\}')}\\1`);
}

describe('the threat model', () => {
  it('names for each threat the tests that hold it, and those exist', () => {
    const missing: string[] = [];
    for (const [, path = '', title = ''] of text.matchAll(NAMED)) {
      const file = join(root, path);
      const source = existsSync(file) ? readFileSync(file, 'utf8') : '';
      if (!titled(title).test(source)) missing.push(`${path} › ${title}`);
    }
    deepStrictEqual(missing, []);
  });

  it('names no test by a part of its title, nor by an expression in it', () => {
    const source = `it(\`is at most \${MAX} MB for \${args.join(' ')}\`, …`;
    match(source, titled('is at most … MB for …'));
    doesNotMatch(source, titled('is at most … MB'));
    doesNotMatch(source, titled('is at most 80 MB for …'));
    doesNotMatch(text, /^- `test.*\$\{/m);
  });

  it('leaves no threat without a test', () => {
    const threats = text.split(/^### /m).slice(1);
    ok(threats.length > 10);
    for (const threat of threats) ok(/^- `test\//m.test(threat), threat.split('\n')[0]);
  });
});
