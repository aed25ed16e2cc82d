import assert from 'node:assert/strict';
import {
  accountName,
  bytesOf,
  endpoint,
  fileName,
  interfaceName,
  type Kind,
  list,
  listenAddress,
  logSize,
  optionalPath,
  optionalSize,
  path,
  timeFormat,
} from '../../../src/config/kinds.ts';

const CASES: readonly [name: string, kind: Kind<string>, good: readonly string[], bad: readonly unknown[]][] =
  [
    ['a path', path, ['/', '/a b/ä'], ['', 'a', './a', '/a\nb', 5, `/${'a'.repeat(4096)}`]],
    ['a path or none', optionalPath, ['', '/a'], ['a', null]],
    [
      'a name of a log',
      fileName,
      ['imds-a', 'imds-trace.log'],
      ['imds-', 'imds-a.1', 'imds-a/b', 'a.log', 'imds-..'],
    ],
    ['an account', accountName, ['', 'imds', '_a-1$'], ['a b', '-a', 'a:b', '0']],
    ['an interface', interfaceName, ['any', 'eth0', 'veth@2'], ['', 'a b', 'a/b']],
    [
      'the size of a log',
      logSize,
      ['0', '10kB', '1G', '10000'],
      ['', '00', '9999', '1MiB', '1.5MB', '-1MB', '9kB'],
    ],
    ['a size or none', optionalSize, ['', '50MB'], ['0', '1kB']],
    [
      'a format of time',
      timeFormat,
      ['%Y', '%H:%M:%S.%f%z', '%%'],
      ['', '%', '%Q', '[%Y', '%Y]', 'a\nb', 'a'.repeat(65)],
    ],
    [
      'an endpoint',
      endpoint,
      ['169.254.169.254', '10.0.0.7:8080', 'fd00:ec2::254', '[fd00:ec2::254]', '[fd00:ec2::254]:80'],
      [
        '',
        'a',
        '256.0.0.1',
        '10.0.0.7:0',
        '10.0.0.7:65536',
        '[::1',
        '10.0.0.7:',
        '[10.0.0.7]:80',
        ':80',
        '80',
      ],
    ],
    [
      'where to listen',
      listenAddress,
      ['', '9469', '127.0.0.1:9469', '[::1]:9469'],
      ['0', '65536', '127.0.0.1', '::1:9469', 'localhost:9469', '127.0.0.1:0', ':9469'],
    ],
  ];

describe('what a setting may be', () => {
  for (const [name, kind, good, bad] of CASES) {
    it(name, () => {
      for (const text of good) assert.deepEqual([kind.read(text), kind.readText(text)], [text, text], text);
      for (const value of bad) assert.equal(kind.read(value), undefined, String(value));
    });
  }

  it('a list of 1 to 64', () => {
    const { read, readText } = list(interfaceName);
    assert.deepEqual(readText('a, b'), ['a', 'b']);
    for (const value of [[], [''], ['a', 5], 'a', new Array(65).fill('a')])
      assert.equal(read(value), undefined);
    assert.equal(readText('a,,b'), undefined);
  });

  it('a size, in bytes', () => {
    assert.deepEqual(['500kB', '50M', '1GB', '10000'].map(bytesOf), [500_000, 50_000_000, 1e9, 10_000]);
  });
});
