import assert from 'node:assert/strict';
import fc from 'fast-check';
import { conditionsText, hasExpired, matchesPattern } from '../../../src/callers/ignore.ts';

describe('a pattern of a filter', () => {
  it('is text, with * for any text', () => {
    for (const [text, pattern, is] of [
      ['/usr/bin/agent', '/usr/bin/agent', true],
      ['/usr/bin/agent', '/usr/bin/agen', false],
      ['/usr/bin/agent', '/usr/bin/*', true],
      ['/usr/bin/agent', '*agent', true],
      ['/usr/bin/agent', '/*/*/agent', true],
      ['/usr/agent', '/*/*/agent', false],
      ['aa', 'a*a', true],
      ['a', 'a*a', false],
      ['a.c', 'a?c', false],
      ['abcabc', '*abc', true],
    ] as const) {
      assert.equal(matchesPattern(text, pattern), is, `${text} ${pattern}`);
    }
  });

  it('matches as the same regular expression does', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 });
    fc.assert(
      fc.property(word, word, (text, pattern) => {
        const expression = new RegExp(`^${pattern.replaceAll('*', '[^]*')}$`);
        const plain = text.replaceAll('*', 'c');
        assert.equal(matchesPattern(plain, pattern), expression.test(plain), `${plain} ${pattern}`);
      }),
      { numRuns: 5000 },
    );
  });

  it('takes no long time, whatever the text', () => {
    const start = performance.now();
    matchesPattern('a'.repeat(100_000), `${'*a'.repeat(400)}*b`);
    assert.ok(performance.now() - start < 500);
  });

  it('holds until its day is over', () => {
    assert.equal(hasExpired({ expires: '2026-11-28' }, '2026-11-28'), false);
    assert.equal(hasExpired({ expires: '2026-11-28' }, '2026-11-29'), true);
  });

  it('is told in words', () => {
    assert.equal(conditionsText({ where: { user_agent: 'a*', unit: 'b' } }), 'unit b, user agent a*');
  });
});
