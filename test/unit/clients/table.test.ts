import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { CLIENT_ROWS, clientById, REVIEWED } from '../../../src/clients/table.ts';
import type { ClientRow } from '../../../src/clients/types.ts';
import { sinceText } from '../../../src/clients/versions.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const read = (path: string): unknown => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));

/** Every regular expression of the table, with where it stands. */
function patterns(): [where: string, pattern: string, grouped: boolean][] {
  return CLIENT_ROWS.flatMap(({ id, match, versions = [] }) => [
    ...match.flatMap((condition) => textsOf(id, condition, false)),
    ...versions.flatMap((clue) => textsOf(id, clue, true)),
  ]);
}

function textsOf(id: string, entry: object, grouped: boolean): [string, string, boolean][] {
  return Object.entries(entry).flatMap(([field, value]): [string, string, boolean][] =>
    field === 'product' || typeof value !== 'string' ? [] : [[`${id}.${field}`, value, grouped]],
  );
}

describe('client table', () => {
  it('is as its schema says', () => {
    const matches = new Ajv2020({ allErrors: true, strict: true, strictRequired: false }).compile(
      read('schemas/clients.schema.json') as object,
    );
    assert.ok(matches(read('src/clients/clients.json')), JSON.stringify(matches.errors));
  });

  it('loses no row on loading, and no word of one', () => {
    const { clients } = read('src/clients/clients.json') as { clients: ClientRow[] };
    assert.deepEqual(JSON.parse(JSON.stringify(CLIENT_ROWS)), clients);
    assert.ok(clients.length > 60);
    assert.match(REVIEWED, /^\d{4}-\d\d-\d\d$/);
  });

  it('has each id once, and names only rows and fields that are there', () => {
    const ids = CLIENT_ROWS.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    for (const row of CLIENT_ROWS) {
      for (const sdk of row.sdks ?? []) assert.equal(clientById(sdk)?.kind, 'sdk', `${row.id}: ${sdk}`);
      for (const field of row.unverified ?? []) assert.ok(field in row, `${row.id}: ${field}`);
    }
  });

  it('can read the version that it compares, from user agent, argv or package', () => {
    for (const { id, v2Since, versions } of CLIENT_ROWS) {
      if (typeof v2Since !== 'object' || versions === undefined) continue;
      assert.ok(
        versions.some(({ product }) => product === v2Since.product),
        `${id} cannot read ${v2Since.product}`,
      );
    }
  });

  it('says of each fallback what it is, or that there is none', () => {
    for (const { id, fallback, fallbackOn, sticky } of CLIENT_ROWS) {
      if (fallback === 'yes') continue;
      assert.equal(fallbackOn ?? sticky, undefined, id);
    }
  });

  it('says what to do: the version to upgrade to where one is known, and the setting', () => {
    for (const { id, remedy, v2Since, unverified, disableFallback, kind } of CLIENT_ROWS) {
      // A row is only told of who calls without a token.
      assert.doesNotMatch(remedy, /^(?:Nothing|None)\b/, id);
      if (typeof v2Since !== 'object' || unverified?.includes('v2Since') === true) continue;
      assert.ok(remedy.includes(v2Since.version), `${id}: ${v2Since.version}`);
      if (disableFallback === undefined || kind !== 'sdk') continue;
      const settings = disableFallback.match(/[-\w.]*(?:V1|_v1_)[\w]*/gi) ?? [];
      assert.ok(
        settings.some((setting) => remedy.includes(setting)),
        `${id}: ${disableFallback}`,
      );
    }
  });

  it('has only regular expressions of linear time', () => {
    for (const [where, pattern, grouped] of patterns()) {
      assert.doesNotMatch(pattern, /\)[*+{]/, `${where}: a quantified group`);
      assert.doesNotMatch(pattern, /\(\?(?!:)|\\[1-9k]/, `${where}: look-around or back-reference`);
      assert.ok((pattern.match(/[*+]/g) ?? []).length <= 3, `${where}: too many quantifiers`);
      const groups = new RegExp(`${pattern}|`).exec('')?.length;
      assert.equal(groups, grouped ? 2 : 1, `${where}: groups`);
    }
  });

  it('gives a row by its id, and says since when', () => {
    assert.equal(clientById('botocore')?.product, 'botocore');
    assert.equal(clientById('none'), undefined);
    assert.equal(sinceText(clientById('boto3')?.v2Since), 'botocore 1.13.25');
    assert.equal(sinceText(clientById('boto2')?.v2Since), 'never');
    assert.equal(sinceText(undefined), undefined);
  });
});
