import { deepStrictEqual, ok, strictEqual } from 'node:assert';
import fc from 'fast-check';
import { JsonSplitter } from '../../../src/events/json-splitter.ts';

type Found = [name: string, text: string | undefined];

function split(text: string, ...cuts: number[]) {
  const found: Found[] = [];
  const splitter = new JsonSplitter({
    member: (name, value) => found.push([name, value]),
    item: (name, value) => found.push([`${name}[]`, value]),
  });
  const bytes = Buffer.from(text);
  const at = [0, ...cuts, bytes.length].sort((a, b) => a - b);
  for (const [index, from] of at.entries())
    splitter.push(bytes.subarray(from, at[index + 1] ?? bytes.length));
  return { found, splitter };
}

/** What JSON.parse makes of it, put together from the parts. */
function joined(found: readonly Found[]): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (const [name, text = 'null'] of found) {
    if (name.endsWith('[]')) {
      const key = name.slice(0, -2);
      object[key] = [...(Object.hasOwn(object, key) ? (object[key] as unknown[]) : []), JSON.parse(text)];
    } else object[name] = JSON.parse(text);
  }
  return object;
}

describe('JSON, a member at a time', () => {
  it('is split at any point, in any layout', () => {
    const value = { a: 1, b: ['x"]}\\', { c: [1, [2]] }, 'é'], d: { e: ',' }, f: true, g: 'q', h: [null] };
    for (const text of [JSON.stringify(value), JSON.stringify(value, undefined, '\t')]) {
      for (let cut = 0; cut <= Buffer.byteLength(text); cut++) {
        const { found, splitter } = split(text, cut);
        deepStrictEqual(joined(found), value);
        ok(splitter.isWhole);
      }
    }
  });

  it('is what JSON.parse reads, for any object', () => {
    const names = fc
      .string({ minLength: 1, maxLength: 10 })
      .filter((name) => /^[\w ]+$/.test(name) && name !== '__proto__');
    const values = fc.oneof(
      fc.jsonValue().filter((v) => !Array.isArray(v)),
      fc.array(fc.jsonValue(), { minLength: 1 }),
    );
    fc.assert(
      fc.property(fc.dictionary(names, values), fc.nat(50), (object, cut) => {
        const text = JSON.stringify(object);
        const { found, splitter } = split(text, Math.min(cut, text.length));
        deepStrictEqual(JSON.stringify(joined(found)), text);
        ok(splitter.isWhole);
      }),
    );
  });

  for (const [text, brokenAt] of [
    ['[]', 0],
    ['{"a" 1}', 5],
    ['{"a":}', 5],
    ['{"a":1]', 6],
    ['{"a":[1}', 7],
    ['{"a":1}x', 7],
    ['{x', 1],
    ['', undefined],
    ['{"a":1', undefined],
    ['{"a":"', undefined],
  ] as const) {
    it(`says where ${JSON.stringify(text)} is broken`, () => {
      const { splitter } = split(text);
      strictEqual(splitter.brokenAt, brokenAt);
      strictEqual(splitter.isWhole, false);
    });
  }

  it('passes over what is too long, and goes on', () => {
    const { found, splitter } = split(`{"a":"${'x'.repeat(4_200_000)}","b":[1]}`, 1_000_000, 2_000_000);
    deepStrictEqual(found, [
      ['a', undefined],
      ['b[]', '1'],
    ]);
    ok(splitter.isWhole);
  });
});
