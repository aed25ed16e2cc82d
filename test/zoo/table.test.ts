import assert from 'node:assert/strict';
import { clientById } from '../../src/clients/table.ts';
import type { TokenFailure } from '../../src/clients/types.ts';
import { expectedCases, type ZooCase } from './cases.ts';
import { ZOO } from './clients.ts';

const FAILURES: readonly TokenFailure[] = ['403', '404', '405', 'unanswered', 'slow'];

/** A read without a token after a PUT in vain; beside one, of a client whose order says nothing. */
function fellBack({ requests }: ZooCase, isParallel = false): boolean {
  const put = requests.findIndex((step) => /^v2 PUT (?!200)/.test(step));
  return put >= 0 && requests.slice(isParallel ? 0 : put).some((step) => step.startsWith('v1 GET'));
}

function asksForTokens(cases: Readonly<Record<string, ZooCase>>): boolean {
  return Object.values(cases).some(({ requests }) => requests.some((step) => step.startsWith('v2 PUT')));
}

describe('client table, held against the zoo', () => {
  for (const { client, title, cases } of expectedCases()) {
    const { row: given, isParallel } = ZOO.find(({ id }) => id === client) ?? {};
    const named = [...new Set(Object.values(cases).flatMap(({ product }) => product ?? []))];
    const row = clientById(given ?? named[0] ?? '');
    if (row === undefined || row.kind === 'http') continue;

    it(`says of ${title} whether it asks for tokens`, () => {
      const { v2Since } = row;
      if (typeof v2Since === 'string') assert.equal(asksForTokens(cases), v2Since === 'always');
    });

    // The row is of versions that do.
    if (!asksForTokens(cases)) continue;
    it(`says of ${title} after which failures it falls back`, () => {
      assert.ok(given !== undefined || named.length === 1, `named ${named.join(', ')}`);
      const seen = FAILURES.filter((mode) => cases[mode] !== undefined && fellBack(cases[mode], isParallel));
      assert.deepEqual(
        (row.fallbackOn ?? []).filter((mode) => cases[mode] !== undefined),
        seen,
      );
      if (seen.length > 0) assert.equal(row.fallback, 'yes');
      else assert.notEqual(row.fallback, 'yes');
    });
  }
});
