import assert from 'node:assert/strict';
import { parseListenAddress } from '../../../src/cli/listen-address.ts';
import { UsageError } from '../../../src/errors.ts';

describe('--metrics', () => {
  const good: [string, string, number][] = [
    ['9469', '127.0.0.1', 9469],
    [':9469', '127.0.0.1', 9469],
    ['0', '127.0.0.1', 0],
    ['127.0.0.1:9469', '127.0.0.1', 9469],
    ['0.0.0.0:80', '0.0.0.0', 80],
    ['[::1]:65535', '::1', 65_535],
    ['[::]:9469', '::', 9469],
  ];
  for (const [text, host, port] of good) {
    it(`${text} is ${host}, port ${port}`, () => assert.deepEqual(parseListenAddress(text), { host, port }));
  }

  for (const text of [
    '',
    ':',
    'localhost:9469',
    '127.0.0.1',
    '::1',
    '::1:9469',
    '[::1]',
    '[1.2.3.4]:1',
    '65536',
    '-1',
    '1.2.3.4:',
    '9469 ',
  ]) {
    it(`${JSON.stringify(text)} is none`, () => {
      assert.throws(
        () => parseListenAddress(text),
        (error) =>
          error instanceof UsageError && error.message === `--metrics ${text}: not an address to listen at`,
      );
    });
  }
});
