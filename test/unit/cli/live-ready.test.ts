import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { sayHowToEnd } from '../../../src/cli/live-ready.ts';

function said(logFolder: string | undefined, isTTY: boolean | undefined): string {
  const stderr = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY });
  sayHowToEnd({ logFolder }, stderr);
  return String(stderr.read() ?? '');
}

describe('the line after the ready line', () => {
  it('says on a terminal how to end it, and where logs are', () => {
    assert.equal(
      said('/var/log/imds', true),
      'imds live: Ctrl-C ends it and prints the report; logs in /var/log/imds\n',
    );
    assert.equal(
      said(undefined, true),
      'imds live: Ctrl-C ends it and prints the report; no logs are kept\n',
    );
    assert.ok(!said('/tmp/\u001b[31m', true).includes('\u001b'));
  });

  it('is not there for a program that reads standard error', () => {
    for (const isTTY of [false, undefined]) assert.equal(said('/var/log/imds', isTTY), '');
  });
});
