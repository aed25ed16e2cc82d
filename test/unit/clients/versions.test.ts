import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isBelow, upstreamVersion, versionFrom } from '../../../src/clients/versions.ts';

describe('versions of products', () => {
  const COMPARED: [version: string, bound: string, below: boolean | undefined][] = [
    ['1.13.24', '1.13.25', true],
    ['1.13.25', '1.13.25', false],
    ['1.9.0', '1.13.25', true],
    ['1.29.27', '1.13.25', false],
    ['1.13', '1.13.0', false],
    ['1.13', '1.13.1', true],
    ['3.3.634.1', '3.3.634.0', false],
    ['2.0.0dev10', '2.0.0', undefined],
    ['2.0.0rc1', '1.16.289', false],
    ['1.16.288.dev', '1.16.289', true],
    ['', '1.0', undefined],
    ['dev', '1.0', undefined],
    ['1.9999999999', '1.0', undefined],
  ];
  for (const [version, bound, below] of COMPARED) {
    it(`compares '${version}' with ${bound}`, () => assert.equal(isBelow(version, bound), below));
  }

  it('orders as numbers do', () => {
    const version = fc.array(fc.nat({ max: 99_999 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(version, version, (a, b) => {
        const at = a.findIndex((part, index) => part !== (b[index] ?? 0));
        const expected = at < 0 ? b.slice(a.length).some((part) => part > 0) : (a[at] ?? 0) < (b[at] ?? 0);
        assert.equal(isBelow(a.join('.'), b.join('.')), expected);
      }),
    );
  });

  it("takes a distribution's additions off", () => {
    assert.equal(upstreamVersion('1:2.42.0+ds-5+deb12u1'), '2.42.0');
    assert.equal(upstreamVersion('1.29.27+repack-1'), '1.29.27');
    assert.equal(upstreamVersion('3.2.1041.0-1'), '3.2.1041.0');
    assert.equal(upstreamVersion('1:7.50.0-1'), '7.50.0');
    assert.equal(upstreamVersion('1.60.1~dfsg2-2+b5'), '1.60.1');
    assert.equal(upstreamVersion('1.8.8-1~bpo11+1'), '1.8.8');
    assert.equal(upstreamVersion('5:20.10.7~3-0~ubuntu-focal'), '20.10.7');
    assert.equal(upstreamVersion('1.8.8-r0'), '1.8.8');
    assert.equal(upstreamVersion('18.2-27-g3afb2d4-0ubuntu1~16.04.1'), '18.2');
    assert.equal(upstreamVersion('1.300028.0b210-1'), '1.300028.0b210');
    assert.equal(upstreamVersion('HEAD'), undefined);
    assert.equal(upstreamVersion(undefined), undefined);
  });

  it('keeps that it comes before its numbers, which then do not tell', () => {
    const versions = [
      '7.64.0~rc.3-1',
      '7.64.0~beta1-1.el8',
      '7.64.0_rc2-r0',
      '7.64.0-rc1',
      '7.64.0~git20240101',
    ];
    for (const text of [...versions, '7.64.0rc1-1', '7.64.0~20240101-1']) {
      assert.equal(isBelow(upstreamVersion(text) ?? '', '7.64.0'), undefined, text);
      assert.equal(isBelow(upstreamVersion(text) ?? '', '7.64.1'), true, text);
      assert.equal(isBelow(upstreamVersion(text) ?? '', '7.63'), false, text);
    }
  });

  it('takes no hostile text for a version', () => {
    assert.equal(versionFrom('1.2.3'), '1.2.3');
    assert.equal(versionFrom('1.2.3.'), '1.2.3');
    assert.equal(versionFrom('1.2\u001b[31m'), undefined);
    assert.equal(versionFrom('1'.repeat(41)), undefined);
    assert.equal(versionFrom('v1'), undefined);
  });
});
