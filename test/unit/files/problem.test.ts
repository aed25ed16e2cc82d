import assert from 'node:assert/strict';
import { problemOf } from '../../../src/files/problem.ts';

const failure = (code: string) => Object.assign(new Error(code), { code });

describe('problemOf', () => {
  it('says that root may read what a user may not: what imds live keeps is for root', () => {
    for (const code of ['EACCES', 'EPERM']) {
      const { message, remedy, damage } = problemOf('/var/log/imds', failure(code));
      assert.equal(message, '/var/log/imds: may not be read');
      assert.equal(remedy, 'Run it as root (sudo), or as a user who may read it.');
      assert.ok(damage);
    }
  });

  it('says to look at the path where it leads nowhere', () => {
    const { message, remedy } = problemOf('x', failure('ENOENT'));
    assert.equal(`${message}. ${remedy}`, 'x: there is no such file. Check the path and its permissions.');
  });
});
