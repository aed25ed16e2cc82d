import assert from 'node:assert/strict';
import { elfFiles, isTooNew, neededVersions } from '../../../scripts/pack/symbols.mjs';
import { dynamicSymbols } from '../../../scripts/pack/undefined-symbols.mjs';

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

describe('symbols without a version', () => {
  it('are told from others in what readelf prints', () => {
    const table = [
      '   Num:    Value          Size Type    Bind   Vis      Ndx Name',
      '     0: 0000000000000000     0 NOTYPE  LOCAL  DEFAULT  UND ',
      '     1: 0000000000000000     0 NOTYPE  GLOBAL DEFAULT  UND sendto',
      '     2: 0000000000000000     0 FUNC    GLOBAL DEFAULT  UND memcpy@GLIBC_2.14 (2)',
      '     3: 0000000000000000     0 NOTYPE  WEAK   DEFAULT  UND __gmon_start__',
      '     4: 00000000000268e0     5 FUNC    GLOBAL DEFAULT   15 qsort@@GLIBC_2.2.5',
      '     5: 0000000000001730   124 FUNC    GLOBAL DEFAULT [VARIANT_PCS]    7 napi_register_module_v1',
    ].join('\n');
    const shown = dynamicSymbols(table).map(({ name, version, isDefined, isWeak }) =>
      [name, version, isDefined ? 'defined' : '', isWeak ? 'weak' : ''].join(' ').trimEnd(),
    );
    assert.deepEqual(shown, [
      'sendto',
      'memcpy GLIBC_2.14',
      '__gmon_start__   weak',
      'qsort GLIBC_2.2.5 defined',
      'napi_register_module_v1  defined',
    ]);
  });
});
