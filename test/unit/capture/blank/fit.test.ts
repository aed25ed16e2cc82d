import assert from 'node:assert/strict';
import { type Kept, keptBy, keptByOfBeginning } from '../../../../src/capture/blank/fit.ts';
import { maskTarget, maskText } from '../../../../src/secrets.ts';

function saved(text: string, kept: Kept): string {
  return Array.from(text, (character, i) => (kept[i] === 1 ? character : 'X')).join('');
}

describe('capture/blank, texts', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['curl/7.88.1', 'curl/7.88.1'],
    ['x token=abc y', 'x token=XXX y'],
    ['a AQAEabcdef== b', 'a AQAEXXXXXX== b'],
    ['key AKIAIOSFODNN7EXAMPLE', 'key AKIAXXXXXXXXXXXXXXXX'],
    ['http://me:pw@host/', 'http://XXXXX@host/'],
    ['***** token=abc', '***** token=XXX'],
  ];
  for (const [text, expected] of cases) {
    it(`keep what is shown of ${text}`, () => {
      const blanked = saved(text, keptBy(maskText, text));
      assert.equal(blanked, expected);
      assert.equal(maskText(blanked), maskText(text), 'it is shown alike');
      assert.equal(saved(blanked, keptBy(maskText, blanked)), blanked, 'and is as it is when blanked again');
    });
  }

  it('keep the names of a query', () => {
    const target = '/a?one=1&two&three=3=3#x';
    assert.equal(saved(target, keptBy(maskTarget, target)), '/a?one=X&two&three=XXX#x');
  });

  it('keep nothing of a beginning that may become a secret', () => {
    for (const [text, expected] of [
      ['/latest/AKIA12', '/latest/AKIAXX'],
      ['http://me:pa', 'http://XXXXX'],
      ['http://host/la', 'http://host/la'],
      ['/latest/meta-da', '/latest/meta-da'],
    ] as const) {
      assert.equal(saved(text, keptByOfBeginning(maskText, text)), expected);
    }
  });
});
