import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { parse } from 'smol-toml';
import { literal } from '../../../src/config/literal.ts';
import { parseConfig } from '../../../src/config/parse.ts';
import { KEYS, SETTINGS } from '../../../src/config/settings.ts';

const schema = JSON.parse(readFileSync('schemas/config.schema.json', 'utf8'));
const validate = new Ajv2020({ strict: true, strictRequired: false }).compile(schema);

/** As JSON has it: dates are texts. */
function dataOf(text: string): unknown {
  return JSON.parse(JSON.stringify(parse(text)));
}

const isValid = (text: string) => validate(dataOf(text));
const isRead = (text: string) => parseConfig(Buffer.from(text), 'f').problems.length === 0;

describe('the schema of the configuration', () => {
  it('takes the default configuration, with and without its comments', () => {
    const text = readFileSync('packaging/imds.toml', 'utf8');
    assert.ok(isValid(text));
    assert.ok(isValid(text.replace(/^#(?! )/gm, '')), JSON.stringify(validate.errors));
  });

  it('takes what is read of each setting, and refuses what is of another kind', () => {
    const values = fc.oneof(
      fc.boolean(),
      fc.integer({ min: -5, max: 2_000_000 }),
      fc.constantFrom(
        '',
        'info',
        'both',
        'none',
        '/a',
        'a/b',
        '1MB',
        '0',
        'imds-a.log',
        'any',
        '1.2.3.4',
        '::1',
      ),
      fc.array(fc.constantFrom('any', '1.2.3.4:80', '[::1]:80', '/a b'), { maxLength: 3 }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...KEYS), values, (key, value) => {
        const text = `${key} = ${literal(value)}`;
        // What a pattern cannot say, such as that a number is a port, is checked by the reader alone.
        if (isRead(text)) assert.ok(isValid(text), text);
        if (typeof value !== typeof SETTINGS[key].default) assert.equal(isValid(text), false, text);
      }),
      { numRuns: 2000 },
    );
  });

  it('refuses what is no key', () => {
    for (const text of ['a = 1', 'log.a = 1', 'log.trace.a = 1', '[[ignore]]\na = "b"']) {
      assert.deepEqual([isValid(text), isRead(text)], [false, false], text);
    }
  });
});
