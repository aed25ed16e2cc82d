import assert from 'node:assert/strict';
import { Aliases } from '../../../../src/scrub/strict/aliases.ts';
import { Names } from '../../../../src/scrub/strict/names.ts';

const key = Buffer.alloc(32, 7);
const names = () => new Names(new Aliases(key));

describe('scrub/strict, names', () => {
  /** Text, and what must be left of it: `#` stands for whatever is in the place of a name. */
  const TEXTS: [string, string][] = [
    [
      'curl http://169.254.169.254/latest/meta-data/iam/security-credentials/app-role',
      'curl http://169.254.169.254/latest/meta-data/iam/security-credentials/########',
    ],
    [
      '/latest/meta-data/iam/security-credentials//a,b=c@d%2Ce',
      '/latest/meta-data/iam/security-credentials//###########',
    ],
    [
      '/latest/meta-data/identity-credentials/ec2/security-credentials/ec2-instance',
      '/latest/meta-data/identity-credentials/ec2/security-credentials/ec2-instance',
    ],
    ['arn:aws:iam::123456789012:role/team/app-role', 'arn:aws:iam::############:role/####/########'],
    [
      'arn:aws:sts::123456789012:assumed-role/app-role/i-0123456789abcdef0',
      'arn:aws:sts::############:assumed-role/########/###################',
    ],
    ['i-0123456789abcdef0 i-01234567', 'i-################# i-########'],
    [
      'ami-0123456789abcdef0 fs-01234567:/ vpce-0123456789abcdef0',
      'ami-################# fs-########:/ vpce-#################',
    ],
    [
      'account 1234-5678-9012, 12345678901, 1234567890123',
      'account ####-####-####, 12345678901, 1234567890123',
    ],
    ['Rundeck/4.1 session/deploy-42 role=nightly', 'Rundeck/4.1 session/######### role=#######'],
    ['-o iam_role=s3-reader,use_cache', '-o iam_role=###################'],
    ['https://user@vault.example.com:8200/v1', 'https://user@#####.#######.com:8200/v1'],
    ['ssh db1.prod.internal, ip-10-0-0-5', 'ssh ###.####.internal, ###########'],
    ['/macs/0a:1b:2c:3d:4e:5f/x', '/macs/##:##:##:##:##:##/x'],
    ['-m 0A-1B-2C-3D-4E-5F,x', '-m ##-##-##-##-##-##,x'],
    ['at 2026-01-15-10-00-01.log, a-0a-1b-2c-3d-4e-5f', 'at 2026-01-15-10-00-01.log, a-0a-1b-2c-3d-4e-5f'],
    [
      'AROADBQP57FF2AEXAMPLE:i-0123456789abcdef0 and AIDACKCEVSQ6C2EXAMPLE',
      'AROA#################:i-################# and AIDA#################',
    ],
    ['AROA IAIDAS AROADBQP57FF2AEXAMPLEx', 'AROA IAIDAS AROADBQP57FF2AEXAMPLEx'],
    [
      'http://169.254.169.254/ http://metadata.google.internal/ http://[fd00:ec2::254]/ http://localhost:80',
      'http://169.254.169.254/ http://metadata.google.internal/ http://[fd00:ec2::254]/ http://localhost:80',
    ],
    [
      'curl -s -X PUT --retry 3 /usr/bin/python3 a.py 2026-01-15',
      'curl -s -X PUT --retry 3 /usr/bin/python3 a.py 2026-01-15',
    ],
  ];
  for (const [text, expected] of TEXTS) {
    it(`leaves of ${text} what is no name`, () => {
      const replaced = names().text(text);
      assert.equal(replaced.length, text.length);
      const shown = Array.from(replaced, (character, i) => (expected[i] === '#' ? '#' : character)).join('');
      assert.equal(shown, expected);
      const kept = Array.from(text).filter(
        (character, i) => expected[i] === '#' && replaced[i] === character,
      );
      const hidden = Array.from(expected).filter((character) => character === '#').length;
      assert.ok(hidden === 0 || replaced !== text);
      assert.ok(kept.length <= Math.max(2, hidden / 2), `${kept.length} of ${hidden} stayed`);
    });
  }

  it('are found again wherever they stand as words, once they are learnt', () => {
    const all = names();
    all.learnTarget('/latest/meta-data/iam/security-credentials/app-role');
    all.learnHost('web-7.example.com');
    const alias = all.target('/latest/meta-data/iam/security-credentials/app-role').slice(-8);
    assert.equal(all.text('run app-role.service as my_app-role'), `run ${alias}.service as my_${alias}`);
    assert.equal(all.text('app-roles xapp-role'), 'app-roles xapp-role');
    const host = all.text('web-7');
    assert.equal(all.text('http://web-7.example.com/'), `http://${all.host('web-7.example.com')}/`);
    assert.equal(all.host('web-7.example.com').slice(0, 5), host);
    assert.notEqual(host, 'web-7');
  });

  it('are found again in whatever case', () => {
    const all = names();
    all.learnTarget('/latest/meta-data/iam/security-credentials/AppRole');
    all.learnHost('WEB-7.example.com');
    for (const text of [
      'WEB-7',
      'web-7',
      'Web-7.example.com',
      'approle.service',
      '/srv/APPROLE/run İWEB-7 approle',
    ]) {
      const replaced = all.text(text);
      assert.equal(replaced.length, text.length);
      assert.doesNotMatch(replaced, /web-7|approle/i);
    }
    // So callers stay apart where only their case differs.
    assert.notEqual(all.text('approle'), all.text('AppRole'));
  });

  it('have the option before them, in arguments', () => {
    const [program, option, value, other] = names().args([
      'aws',
      '--role-session-name',
      'nightly',
      'nightly',
    ]);
    assert.deepEqual([program, option, other], ['aws', '--role-session-name', 'nightly']);
    assert.notEqual(value, 'nightly');
    assert.deepEqual(names().args(['x', '--host', '10.0.0.1', '--role', '--verbose']).slice(1), [
      '--host',
      '10.0.0.1',
      '--role',
      '--verbose',
    ]);
  });

  it('leave the words by which a path is classified', () => {
    const all = names();
    all.learnTarget('/latest/meta-data/iam/security-credentials/meta-data');
    all.learnTarget('/latest/meta-data/iam/security-credentials/latest');
    assert.equal(all.target('/latest/meta-data/'), '/latest/meta-data/');
    assert.equal(
      all.target('/security-credentials/meta-data/iam/info'),
      '/security-credentials/meta-data/iam/info',
    );
  });

  it('cannot be told from their aliases without the key, nor by another run', () => {
    assert.notEqual(new Names().text('role=nightly'), new Names().text('role=nightly'));
    assert.equal(names().text('role=nightly'), names().text('role=nightly'));
  });

  it('that are too many are counted, and still replaced where names stand', () => {
    const all = names();
    for (let i = 0; i < 1500; i++) all.learnTarget(`/latest/meta-data/iam/security-credentials/role-x${i}`);
    assert.equal(all.notLearnt, 476);
    assert.notEqual(all.text('role=role-x1499'), 'role=role-x1499');
    assert.equal(all.text('role-x1499'), 'role-x1499');
  });

  it('take linear time in hostile text', () => {
    for (const piece of [
      'a.',
      'role=',
      'i-',
      'a1-',
      'AROA',
      '://',
      '1',
      'a1:',
      'security-credentials/',
      '-',
      ':role/',
    ]) {
      const text = piece.repeat(Math.ceil(100_000 / piece.length));
      const from = performance.now();
      assert.equal(names().text(text).length, text.length);
      assert.ok(performance.now() - from < 3000, piece);
    }
  });
});

describe('scrub/strict, aliases', () => {
  it('differ where the names differ, while there is room', () => {
    const aliases = new Aliases(key);
    const all = Array.from({ length: 5000 }, (_, i) => aliases.word(`n${String(i).padStart(5, '0')}`));
    assert.equal(new Set(all).size, all.length);
    assert.equal(aliases.count, 5000);
  });

  it('of link-layer addresses are local ones, and groups stay', () => {
    const aliases = new Aliases(key);
    const alias = aliases.linkAddress('0a1b2c3d4e5f');
    assert.equal(Number.parseInt(alias.slice(0, 2), 16) & 3, 2);
    assert.notEqual(alias, '0a1b2c3d4e5f');
    for (const same of ['ffffffffffff', '01005e0000fb', '000000000000'])
      assert.equal(aliases.linkAddress(same), same);
  });
});
