import { deepStrictEqual, ok, strictEqual } from 'node:assert';
import fc from 'fast-check';
import { viewHeader, viewUrl } from '../../../src/report/url.ts';
import { maskArgs, maskTarget, maskText } from '../../../src/secrets.ts';

const SECRET = 'hUnT3r';

const name = fc.constantFrom(
  ...['password', 'DB_PASSWORD', 'passphrase', 'secret', 'client_secret', 'token', 'GITHUB_TOKEN', 'apiKey'],
  ...['api-key', 'aws_secret_access_key', 'X-Vault-Token', 'Authorization', 'cookie', 'credentials', 'pwd'],
  ...['storepass', 'DBPASS', 'ROOTPW', 'dbCreds', 'licensekey', 'wpa_psk'],
);

type Syntax = (name: string) => string;

/** In the code of a shell or of a program, and in whatever text. */
const IN_TEXT: readonly Syntax[] = [
  (n) => `${n}=hUnT3r`,
  (n) => `x ${n}=hUnT3r y`,
  (n) => `${n} = "a hUnT3r"`,
  (n) => `${n}='a hUnT3r'`,
  (n) => `${n}=$'a hUnT3r'`,
  (n) => `${n}=ab"c hUnT3r"`,
  (n) => `${n}='ab'"c hUnT3r"`,
  (n) => String.raw`${n}=ab\ hUnT3r`,
  (n) => `${n}=$(echo a hUnT3r) x`,
  (n) => `${n}=b"hUnT3r"`,
  (n) => `${n} = """a "hUnT3r"""`,
  (n) => `${n}: a hUnT3r`,
  (n) => `-H "${n}: a hUnT3r" x`,
  (n) => `-H "${n}:"' a hUnT3r' x`,
  (n) => `{"${n}":"a hUnT3r"}`,
  (n) => `{"${n}"\n:\n"a hUnT3r"}`,
  (n) => `{"${n}":["a","hUnT3r"]}`,
  (n) => `{"${n}":{"value":"hUnT3r"}}`,
  (n) => String.raw`"{\"${n}\":\"a hUnT3r\"}"`,
  (n) => `x["${n}"] = "hUnT3r"`,
  (n) => `x[${n}]=hUnT3r`,
  (n) => `${n}[hUnT3r]`,
  (n) => `${n}("hUnT3r")`,
  (n) => `${n}->hUnT3r`,
  (n) => `${n} "a hUnT3r"`,
  (n) => `f(${n}=("a","hUnT3r"))`,
  (n) => `<${n}>a hUnT3r</${n}>`,
  (n) => `--${n} hUnT3r`,
  (n) => `--${n}\nhUnT3r`,
  (n) => `setenv ${n} hUnT3r`,
  (n) => `"A=b;${n}=a b hUnT3r;"`,
  (n) => `${n}%3DhUnT3r`,
  (n) => `${n}\u00a0=hUnT3r`,
  (n) => `${n[0]}\u200b${n.slice(1)}=hUnT3r`,
  (n) => `${n.slice(0, 3)}\u00ad${n.slice(3)}=hUnT3r`,
  (n) => `${n.slice(0, 2)}\0${n.slice(2)}=hUnT3r`,
  (n) => `%${n.charCodeAt(0).toString(16)}${n.slice(1)}=hUnT3r`,
  (n) => `${String.fromCharCode(n.charCodeAt(0) + 0xfee0)}${n.slice(1)}=hUnT3r`,
];

/** Where all of an argument is one assignment, its value may hold anything. */
const IN_ARGUMENT: readonly Syntax[] = [
  (n) => `${n}=a "b' hUnT3r`,
  (n) => `--${n}=a "b' hUnT3r`,
  (n) => `--env=${n}=a 'b hUnT3r`,
  (n) => `x[${n}]=a hUnT3r`,
];

const IN_TARGET: readonly Syntax[] = [
  (n) => `/x?${n}=hUnT3r`,
  (n) => `/x?a=b&${n}%3DhUnT3r`,
  (n) => `/x?${n}[a]=hUnT3r x`,
  (n) => `/x%3F${n}=hUnT3r`,
  (n) => `/x;${n}=hUnT3r`,
  (n) => `/x/${n}=hUnT3r/y`,
  (n) => `/x#${n}=hUnT3r`,
  (n) => `//${n}:hUnT3r@h/x`,
];

const before = fc.constantFrom(
  '',
  'curl -s ',
  'a; ',
  'cd /srv && ',
  'import os; ',
  "it's ",
  'a=1 ',
  'x --v=1 -- ',
);

function filled(syntaxes: readonly Syntax[]): fc.Arbitrary<string> {
  return fc.tuple(fc.constantFrom(...syntaxes), name).map(([syntax, n]) => syntax(n));
}

function asLatin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

const RUNS = { numRuns: 3000 };

describe('secrets, whatever they stand in', () => {
  it('are masked in code', () => {
    fc.assert(
      fc.property(before, filled(IN_TEXT), (start, text) => {
        const masked = maskArgs(['bash', '-c', start + text]).join(' ');
        ok(!masked.includes(SECRET), masked);
      }),
      RUNS,
    );
  });

  it('are masked in user agents and X-Forwarded-For', () => {
    fc.assert(
      fc.property(before, filled(IN_TEXT), (start, text) => {
        const masked = viewHeader(asLatin1(start + text));
        ok(!masked.includes(SECRET), masked);
      }),
      RUNS,
    );
  });

  it('are masked in arguments', () => {
    const text = filled([...IN_TEXT, ...IN_ARGUMENT]);
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 3 }), (args) => {
        const masked = maskArgs(['x', ...args]).join(' ');
        ok(!masked.includes(SECRET), masked);
      }),
      RUNS,
    );
  });

  it('are masked as the argument after an option', () => {
    fc.assert(
      fc.property(
        name,
        fc.constantFrom('hUnT3r', '-hUnT3r', '--hUnT3r', 'a "hUnT3r', 'a:hUnT3r'),
        (n, value) => {
          const masked = maskArgs(['x', `--${n}`, value]).join(' ');
          ok(!masked.includes(SECRET), masked);
        },
      ),
    );
  });

  it('are masked in targets', () => {
    fc.assert(
      fc.property(filled(IN_TARGET), (target) => {
        const masked = JSON.stringify(viewUrl(asLatin1(target)));
        ok(!masked.includes(SECRET), masked);
      }),
      RUNS,
    );
  });

  const piece = fc.oneof(
    filled([...IN_TEXT, ...IN_ARGUMENT, ...IN_TARGET]),
    fc.constantFrom(
      ...'"\'`\\()[]{}<>;&|,?#@:=/% \n\t'.split(''),
      '://',
      '-u ',
      '%3D',
      '\u200b',
      'AQAE',
      '*****',
    ),
    fc.string({ maxLength: 4, unit: 'grapheme' }),
  );
  const hostile = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));

  it('stay masked when masked again', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        for (const mask of [maskText, maskTarget]) strictEqual(mask(mask(text)), mask(text));
      }),
      RUNS,
    );
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 5 }), (args) => {
        const once = maskArgs(args);
        strictEqual(once.length, args.length);
        deepStrictEqual(maskArgs(once), once);
      }),
      RUNS,
    );
  });

  const UNITS = [
    ...['"token=( -', '"token=a -b', 'token="a" + ', 'a=b;token=( -"', '//a:b/', ';==?&'],
    ...[
      'token "',
      'token(',
      'token( ',
      'token[',
      'token]',
      '<token>',
      '<token',
      'token\\\n ',
      '--token\n',
      'token,"',
    ],
    ...[
      '"token":',
      '\\"token\\":',
      "'token: ",
      'x "token',
      'a=b;pwd=',
      ';a=b;pwd=a ',
      'auth=digest ',
      'auth=basic ',
    ],
    ...[
      '-u a ',
      '-u a:',
      "-u 'a",
      '//',
      '//a:',
      '\\/',
      'a/?',
      '"a/?a=#',
      '/;a=',
      '?&',
      '%25',
      '%41',
      '%E2%80%8B',
    ],
    ...[
      '\u00ad',
      'Ａ',
      '\\u0041',
      'AQAEaaaa ',
      'AQAEaaaa!a',
      'basic ',
      'basic a',
      '==',
      'aA1',
      'password ',
      'set ',
    ],
    ...["-----BEGIN PRIVATE KEY-----'", '-----BEGIN PRIVATE KEY-----\nAAAA-----END', 'sk-a_', ' --pin'],
    ...[
      ' curl -E a:',
      ' docker login -p a',
      ' docker',
      ' docker run mysql -p1:1',
      ' smbclient -U a',
      ' net -U "%',
    ],
    ...[
      ' open -u a,',
      ' sqlplus a/b',
      ' sqlplus -a',
      ' sqlplus',
      ' ldapadd -xw a',
      ' mongo -p"',
      ' openssl -k',
    ],
    ...[
      'pass1',
      'bypass',
      'apw',
      'akey',
      '--apass ',
      'x=sshpass -p a',
      '=mysql -pa',
      ':sqlplus a/b',
      ',mysql ',
    ],
    ...[
      'echo a ',
      'echo a | ',
      'printf "',
      'identified by ',
      'identified with a by ',
      ' vault login -a',
      ' mc alias set a b c',
      ' htpasswd a b ',
      ' rman target a/',
      ' zip -P',
      ' 7z -p',
      ' set a/',
      '1:AA',
      'SG.a',
      'hooks.slack.com/services/',
    ],
  ];
  for (const unit of UNITS) {
    it(`take linear time to find in 300 KB of ${JSON.stringify(unit)}`, function () {
      // Of what is quadratic, it would be hours.
      this.timeout(60_000);
      const text = unit.repeat(Math.ceil(300_000 / unit.length));
      maskText(text);
      maskTarget(text);
      maskArgs([text, 'bash', '-c', text]);
    });
  }
});
