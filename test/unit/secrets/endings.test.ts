import { deepStrictEqual } from 'node:assert';
import { MASK, maskArgs } from '../../../src/secrets.ts';

/** Names that no separator parts from the word that tells of a secret. */
const NAMES = [
  ...['storepass', 'keypass', 'dbpass', 'userpass', 'masterpass', 'proxypass', 'smtppass', 'sshpass'],
  ...['DBPASS', 'PGPASS', 'KEYPASS', 'dbPass', 'dbpass2', 'rubypass', 'proxy.pass'],
  ...['rootpw', 'bindpw', 'adminpw', 'LDAP_BINDPW', 'db_pw', 'hpw', 'MYSQL_PWD', 'PGPASSWORD', 'http-passwd'],
  ...[
    'gpgpassphrase',
    'cred',
    'dbcreds',
    'LDAPCRED',
    'httpauth',
    'apikey',
    'ACCESSKEY',
    'DBKEY',
    'licensekey',
  ],
  ...['psk', 'wpa-psk', 'jwt', 'otp'],
];

/** Words that end as such names do. */
const WORDS = [
  ...['bypass', 'compass', 'encompass', 'surpass', 'trespass', 'overpass', 'underpass', 'proxy-bypass'],
  ...[
    'multipass',
    'highpass',
    'no_bypass',
    'monkey',
    'turkey',
    'hotkey',
    'pubkey',
    'sacred',
    'passive',
    'pwm',
  ],
];

type Syntax = (name: string, value: string) => string[];

const SYNTAXES: readonly Syntax[] = [
  (name, value) => ['x', `-${name}`, value],
  (name, value) => ['x', `--${name}`, value],
  (name, value) => ['x', `--${name}=${value}`],
  (name, value) => ['env', `${name}=${value}`, 'x'],
  (name, value) => ['java', `-Dx.${name}=${value}`, 'X'],
  (name, value) => ['x', `{"${name}":"${value}"}`],
  (name, value) => ['sh', '-c', `x --${name} ${value} y`],
  (name, value) => ['sh', '-c', `${name}=${value} x`],
];

/** Commands within the value of an option or a variable. */
const NESTED: readonly ((secret: string) => string[])[] = [
  (secret) => ['ssh', '-o', `ProxyCommand=sshpass -p ${secret} ssh x`, 'h'],
  (secret) => ['ssh', `-oProxyCommand=sshpass -p ${secret} ssh x`, 'h'],
  (secret) => ['rsync', '-e', `sshpass -p ${secret} ssh`, 'a', 'h:b'],
  (secret) => ['rsync', `--rsh=sshpass -p${secret} ssh`, 'a', 'h:b'],
  (secret) => ['env', `GIT_SSH_COMMAND=sshpass -p ${secret} ssh`, 'git', 'fetch'],
  (secret) => ['git', '-c', `core.sshCommand=/usr/bin/sshpass -p ${secret} ssh`, 'fetch'],
  (secret) => ['socat', '-', `EXEC:sshpass -p ${secret} ssh h`],
  (secret) => ['x', `--exec=redis-cli -a ${secret} ping`],
  (secret) => ['sh', '-c', `rsync --rsh="sshpass -p ${secret} ssh" a h:b`],
];

describe('secrets, names by how they end', () => {
  for (const name of NAMES) {
    it(`${name} names a secret`, () => {
      for (const syntax of SYNTAXES) deepStrictEqual(maskArgs(syntax(name, 'hUnT3r')), syntax(name, MASK));
    });
  }

  for (const name of WORDS) {
    it(`${name} names none`, () => {
      for (const syntax of SYNTAXES) deepStrictEqual(maskArgs(syntax(name, 'shown')), syntax(name, 'shown'));
    });
  }
});

describe('secrets, in a command within a value', () => {
  for (const nested of NESTED) {
    it(nested('X').join(' '), () => deepStrictEqual(maskArgs(nested('hUnT3r')), nested(MASK)));
  }

  it('published ports are none', () => {
    const args = [
      'sh',
      '-c',
      'docker run --name=mysql -p3306:3306 x; docker run --name=mongo -p 27017:27017 x',
    ];
    deepStrictEqual(maskArgs(args), args);
  });
});
