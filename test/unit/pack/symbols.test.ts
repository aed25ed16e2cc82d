import assert from 'node:assert/strict';
import { elfFiles, isTooNew, neededVersions } from '../../../scripts/pack/symbols.mjs';

describe('symbol versions', () => {
  it('are too new above the limits, and where nobody has set one', () => {
    const old = ['GLIBC_2.2.5', 'GLIBC_2.28', 'GLIBCXX_3.4', 'GLIBCXX_3.4.21', 'CXXABI_1.3.11', 'GCC_3.0'];
    const fresh = [
      'GLIBC_2.29',
      'GLIBC_2.100',
      'GLIBC_3.0',
      'GLIBCXX_3.4.22',
      'GCC_7.0.0',
      'OPENSSL_3.0.0',
      'x',
    ];
    assert.deepEqual([...old, ...fresh].filter(isTooNew), fresh);
  });

  it('are read from a program of this machine', function () {
    if (process.platform !== 'linux') this.skip();
    const versions = neededVersions(process.execPath);
    const [libc] = [...versions].filter(([library]) => library.startsWith('libc.so.'));
    assert.ok(
      libc?.[1].some((version) => version.startsWith('GLIBC_2.')),
      JSON.stringify([...versions]),
    );
  });

  it('are looked for in compiled files alone', () => {
    assert.deepEqual(elfFiles('packaging'), []);
  });
});
