import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parse } from 'smol-toml';
import { Locations } from '../../../src/config/locate.ts';

/** Every value of the document, with its path. */
function* valuesOf(value: unknown, path: (string | number)[]): Iterable<[(string | number)[], unknown]> {
  if (Array.isArray(value))
    for (const [index, item] of value.entries()) yield* valuesOf(item, [...path, index]);
  else if (typeof value === 'object' && value !== null)
    for (const [key, item] of Object.entries(value)) yield* valuesOf(item, [...path, key]);
  else yield [path, value];
}

/** Numbers that stand once in a document each, so that it can be seen where they are. */
function check(text: string): void {
  const locations = new Locations(text);
  const lines = text.split('\n');
  for (const [path, value] of valuesOf(parse(text), [])) {
    if (path.length > 8 || typeof value !== 'number') continue;
    const { line, column } = locations.value(path);
    assert.ok(
      lines[line - 1]?.slice(column - 1).startsWith(String(value)),
      `${path.join('.')} at ${line}:${column}\n${text}`,
    );
  }
}

describe('places in a configuration', () => {
  it('are those of keys and values, in every form that TOML has', () => {
    check(`a = 1001 # a = 1
"b" = 1002
'c.d' = 1003
e . f = 1004
g = { h = 1005, "i" = { j = 1006 }, k = [ 1007, 1008 ] }
l = [
  1009, # ] 5
  [ 1010, 1011 ],
  { m = 1012 },
]
s = "a # b = 3 \\" ]"
t = '''
n = 99 [x]
''' # it ends there
[x.y]
z = 1013
[[p]]
q = 1014
[[p]]
q = 1015
[p.r]
s = 1016
[[p.v]]
w = 1017
`);
  });

  it('are found in whatever stands between them', () => {
    let next = 0;
    const number = fc.constant(0).map(() => `${1_000_000 + next++}`);
    const blank = fc.constantFrom('', ' ', '\t ');
    const noise = fc.constantFrom('', ' # c = [1', '\n', '\n# "\n', '\r\n');
    const string = fc.constantFrom('"x]"', "'#'", '"""\n="""""', "'''\n'''", '"\\""');
    const value: fc.Arbitrary<string> = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        number,
        string,
        fc.array(tie('value'), { maxLength: 3 }).map((items) => `[ ${items.join(',\n# ]\n ')} ]`),
        fc
          .array(tie('value'), { maxLength: 3 })
          .map((items) => `{ ${items.map((item, index) => `k${index} = ${item}`).join(', ')} }`),
      ),
    })).value as fc.Arbitrary<string>;
    const line = fc
      .tuple(blank, value, noise)
      .map(([space, text, end]) => `${space}KEY${space}=${space}${text}${end}\n`);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), line), { maxLength: 12 }), (lines) => {
        let key = 0;
        const text = lines
          .map(
            ([begins, one]) => `${begins ? `[[t]]\n[t.u${key}.v]\n` : ''}${one.replace('KEY', `k${key++}`)}`,
          )
          .join('');
        check(text);
      }),
      { numRuns: 1000 },
    );
  });

  it('are somewhere in what is no TOML, too', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('[', ']', '=', '"', "'", '{', '}', ',', '.', '\n', '#', 'a', '"""')),
        (parts) => {
          const { line } = new Locations(parts.join('')).key(['a', 'b']);
          assert.ok(line >= 1);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
