import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { MAX_CONFIG_BYTES } from '../../../src/config/file.ts';
import { type ParsedConfig, parseConfig, parseRules } from '../../../src/config/parse.ts';
import { KEYS, SETTINGS } from '../../../src/config/settings.ts';

const parse = (text: string): ParsedConfig => parseConfig(Buffer.from(text), 'a.toml');

function problemsOf(text: string): string[] {
  return parse(text).problems.map(({ where, message, remedy }) => `${where}: ${message}. ${remedy}`);
}

const DEFAULTS = readFileSync('packaging/imds.toml', 'utf8');
/** Explanations begin with `# `, settings with `#` alone. */
const UNCOMMENTED = DEFAULTS.replace(/^#(?! )/gm, '');

const FILTER = '[[ignore]]\nexecutable = "/bin/a"\nreason = "r"\nexpires = 2030-01-01\n';

describe('the default configuration', () => {
  it('sets nothing', () => {
    const { values, rules, problems } = parse(DEFAULTS);
    assert.deepEqual([[...values], rules, problems], [[], undefined, []]);
  });

  it('is right with every comment taken off, and then sets every default', () => {
    const { values, rules, problems } = parse(UNCOMMENTED);
    assert.deepEqual(problems, []);
    assert.equal(rules?.length, 1);
    const set = Object.fromEntries([...values].map(([key, { value }]) => [key, value]));
    const defaults = Object.fromEntries(KEYS.map((key) => [key, SETTINGS[key].default]));
    assert.deepEqual(set, defaults);
  });

  it('has its values where it says', () => {
    const lines = UNCOMMENTED.split('\n');
    for (const [key, { where }] of parse(UNCOMMENTED).values) {
      const [, line = 0, column = 0] = where.split(':').map(Number);
      const text = lines[line - 1] ?? '';
      assert.equal(text.slice(0, column - 1), `${key.slice(key.lastIndexOf('.') + 1)} = `, where);
    }
  });
});

describe('a configuration that is not right', () => {
  const CASES: readonly [text: string, ...problems: string[]][] = [
    [
      'capture = 3',
      'a.toml:1:11: capture: expected a table, found 3. Write a line [capture], and its settings below it.',
    ],
    ['\n[log]\nfoldr = "/a"', 'a.toml:3:1: unknown key log.foldr. Did you mean log.folder?'],
    ['[log]\ntrce.level = "info"', 'a.toml:2:1: unknown key log.trce. Did you mean log.trace, a table?'],
    ['[log]\nlevel = "info"', 'a.toml:2:1: unknown key log.level. Did you mean log.trace.level?'],
    ['level = "info"', 'a.toml:1:1: unknown key level. Did you mean terminal.level?'],
    ['endpoints = []', 'a.toml:1:1: unknown key endpoints. Did you mean capture.endpoints?'],
    ['[zzzzzzzzzz]', 'a.toml:1:1: unknown key zzzzzzzzzz. `imds config show` lists every key.'],
    ['"log.folder" = "/a"', 'a.toml:1:1: unknown key "log.folder". Did you mean log.folder?'],
    [
      'log.trace = { level = "loud", backups = -1 }',
      'a.toml:1:23: log.trace.level: expected "info", "warning" or "error"; found "loud". Leave the line out for the default, "info".',
      'a.toml:1:41: log.trace.backups: expected a whole number from 0 to 1000; found -1. Leave the line out for the default, 5.',
    ],
    [
      '[capture]\nendpoints = [\n  "10.0.0.7:80", # one\n  "example.com",\n]',
      'a.toml:2:13: capture.endpoints: expected a list of 1 to 64, each of them IP, IP:PORT or [IPv6]:PORT, such as "169.254.169.254:80"; found "example.com" (item 2 of 2). Leave the line out for the default, ["169.254.169.254:80", "[fd00:ec2::254]:80"].',
    ],
    [
      'capture.interfaces = ["eth0", 7]\nprocess.ancestors = [1]',
      'a.toml:1:22: capture.interfaces: expected a list of 1 to 64, each of them the name of an interface, such as "eth0", or "any"; found 7 (item 2 of 2). Leave the line out for the default, ["any"].',
      'a.toml:2:21: process.ancestors: expected a whole number from 0 to 1000; found a list of 1. Leave the line out for the default, 3.',
    ],
    [
      '[log.trace]\nfile = "../../etc/passwd"',
      'a.toml:2:8: log.trace.file: expected a file name that begins with "imds-" and ends with a letter, such as "imds-trace.log"; found "../../etc/passwd". Leave the line out for the default, "imds-trace.log".',
    ],
    [
      'a = "x',
      'a.toml:1:5: not TOML: unfinished string. Mend that line, or put a # before it; texts stand in quotes.',
    ],
    [
      'a = 1\na = 2',
      'a.toml:2:1: not TOML: trying to redefine an already defined table or value. Mend that line, or put a # before it; texts stand in quotes.',
    ],
    [
      '[ignore]\nreason = "r"',
      'a.toml:1:1: ignore: expected at most 256 tables, found a table. Begin each filter with a line [[ignore]].',
    ],
    [
      `${FILTER}\n[[ignore]]\nreason = "r"`,
      'a.toml:6:1: ignore.expires: missing; after that day, the callers are counted again. Add a line expires = 2027-06-30.',
      'a.toml:6:1: ignore: a filter without a condition would ignore every caller. Add one of executable, script, unit, image, user, user_agent.',
    ],
    [
      '[[ignore]]\nuser = "a"\nexpires = "2030-02-30"',
      'a.toml:3:11: ignore.expires: expected a day, found "2030-02-30". Write a day that is in the calendar: expires = 2027-06-30.',
      'a.toml:1:1: ignore.reason: missing; a filter says why its callers are left as they are. Add a line reason = "…".',
    ],
    [
      '[[ignore]]\nuser = "a"\nreason = "r"\nexpires = 2027-02-30\n[[ignore]]\nuser = "a"\nreason = "r"\nexpires = 0000-01-01',
      'a.toml:4:11: ignore.expires: expected a day, found 2027-02-30. Write a day that is in the calendar: expires = 2027-06-30.',
      'a.toml:8:11: ignore.expires: expected a day, found 0000-01-01. Write a day that is in the calendar: expires = 2027-06-30.',
    ],
    [
      'ignore = [{ user = "a", reason = "r", "expires" = 2027-02-29}]',
      'a.toml:1:51: ignore.expires: expected a day, found 2027-02-29. Write a day that is in the calendar: expires = 2027-06-30.',
    ],
    [
      '[[ignore]]\nexe = "a"\nunit = "**"\nreason = "r"\nexpires = 2030-01-01T10:00:00',
      'a.toml:2:1: ignore: unknown key "exe". A filter has reason, expires, executable, script, unit, image, user, user_agent.',
      'a.toml:5:11: ignore.expires: expected a day, found 2030-01-01T10:00:00.000. Write a day that is in the calendar: expires = 2027-06-30.',
      'a.toml:3:8: ignore.unit: "**" is any. Name units, not all of them.',
    ],
  ];
  for (const [text, ...problems] of CASES) {
    it(`is told: ${JSON.stringify(text).slice(0, 60)}`, () => assert.deepEqual(problemsOf(text), problems));
  }

  it('is told by the line that is no UTF-8', () => {
    const bytes = Buffer.concat([Buffer.from('# ä\n\n'), Buffer.from([0x61, 0xff, 0x0a])]);
    assert.deepEqual(parseConfig(bytes, 'a.toml').problems, [
      { where: 'a.toml:3:1', message: 'not TOML: the line is not UTF-8', remedy: 'Save the file as UTF-8.' },
    ]);
  });

  it('tells its first fifty problems', () => {
    const text = Array.from({ length: 200 }, (_, index) => `k${index} = 1`).join('\n');
    assert.equal(problemsOf(text).length, 50);
  });

  it('leaves alone what every object has', () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      const text = `[${name}]\npolluted = true\n[log.${name}]\na = 1\n[[ignore]]\n${name} = "x"`;
      assert.match(problemsOf(text).join('\n'), new RegExp(`a\\.toml:1:1: unknown key ${name}\\.`));
      assert.equal(Reflect.get({}, 'polluted'), undefined);
    }
  });
});

describe('filters in a variable', () => {
  it('are read as behind `ignore =` in a file', () => {
    const { rules } = parseRules(
      '[{ unit = "a.service", reason = "r", expires = 2030-01-01 }]',
      'IMDS_IGNORE',
    );
    assert.deepEqual(rules, [{ where: { unit: 'a.service' }, reason: 'r', expires: '2030-01-01' }]);
    const wrong = '[{ unit = "a.service", reason = "r", expires = 2030-02-30 }]';
    assert.match(parseRules(wrong, 'IMDS_IGNORE').problems[0]?.message ?? '', /found 2030-02-30$/);
  });

  it('set nothing else', () => {
    for (const text of ['', '[', '3', '[]\nlog.folder = "/a"', '[{ unit = 1 }]']) {
      const { rules = [], problems } = parseRules(text, 'IMDS_IGNORE');
      assert.deepEqual(rules, []);
      assert.ok(problems.length > 0, text);
      for (const { where } of problems) assert.equal(where, 'IMDS_IGNORE');
    }
  });
});

describe('a configuration that somebody made up', () => {
  /** What TOML is made of, put together at random. */
  const piece = fc.oneof(
    fc.constantFrom(
      ...[
        '[',
        ']',
        '[[',
        ']]',
        '{',
        '}',
        '=',
        '.',
        ',',
        '"',
        "'",
        '"""',
        "'''",
        '#',
        '\n',
        '\r\n',
        ' ',
        '\t',
      ],
      ...[
        '\\',
        '\\u12',
        '\0',
        '\uFEFF',
        '\u202E',
        '-',
        '_',
        '+',
        'true',
        'nan',
        '1e400',
        '0x',
        '9'.repeat(30),
      ],
      ...['2030-01-01', '25:61', 'log', 'trace', 'ignore', 'capture', '__proto__', 'expires', 'reason'],
    ),
    fc.constantFrom(...KEYS),
    fc.string({ maxLength: 8, unit: 'binary' }),
  );
  const document = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''));

  it('never ends a run, and always names a line that is there', () => {
    const isPlaced = (bytes: Buffer) => {
      const lines = bytes.toString('latin1').split('\n').length;
      for (const { where, message, remedy } of parseConfig(bytes, 'f').problems) {
        const [, line, column] = /^f:(\d+):(\d+)$/.exec(where) ?? [];
        assert.ok(Number(line) >= 1 && Number(line) <= lines && Number(column) >= 1, `${where} of ${lines}`);
        assert.ok(message !== '' && remedy !== '');
      }
    };
    fc.assert(
      fc.property(document, (text) => isPlaced(Buffer.from(text))),
      { numRuns: 3000 },
    );
    // Right but for one piece.
    fc.assert(
      fc.property(piece, fc.nat(UNCOMMENTED.length), (text, at) =>
        isPlaced(Buffer.from(UNCOMMENTED.slice(0, at) + text + UNCOMMENTED.slice(at))),
      ),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => isPlaced(Buffer.from(bytes))),
      { numRuns: 1000 },
    );
  });

  const full = (text: string, most = MAX_CONFIG_BYTES) => text.repeat(Math.floor(most / text.length));
  const WORST: Readonly<Record<string, string>> = {
    'values that nest': `a = ${full('[')}`,
    'tables that nest': `a = ${full('{b=')}`,
    'a key of many parts': `${full('a.')}a = 1`,
    'a table of many parts, and many keys in it': `[${full('a.', 131_072)}a]\n${Array.from({ length: 12_000 }, (_, index) => `k${index}=1`).join('\n')}`,
    'many keys': Array.from({ length: 30_000 }, (_, index) => `k${index}=1`).join('\n'),
    'many tables': Array.from({ length: 20_000 }, (_, index) => `[t${index}]`).join('\n'),
    'many filters': full('[[ignore]]\n'),
    'a long line end': full('\n'),
    'a long comment': full('#'),
    'a long string': `a = "${full('x')}`,
    'a string of quotes': `a = """${full('\\"')}`,
    'a long number': `a = ${full('1')}`,
    'a long list': `[capture]\nendpoints = [${full('"1.1.1.1",')}]`,
  };
  for (const [name, text] of Object.entries(WORST)) {
    it(`takes little time: ${name}`, () => {
      const start = performance.now();
      const { problems } = parse(text.slice(0, MAX_CONFIG_BYTES));
      const took = performance.now() - start;
      assert.ok(took < 2000, `${took.toFixed(0)} ms`);
      if (name !== 'a long line end' && name !== 'a long comment') assert.ok(problems.length > 0);
    });
  }
});
