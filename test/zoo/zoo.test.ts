import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { lineOfEvent, lineOfRequest } from '../live/lines.ts';
import { endSessions, needsRoot } from '../live/session.ts';
import { expectedCases, seenCases, type ZooEntry } from './cases.ts';
import { ZOO } from './clients.ts';
import { isZooThere } from './environment.ts';
import { MODE_NAMES } from './modes.ts';
import { runZoo, type ZooResult } from './run.ts';

/** Whether the causes in cases.json are compared, too: they are those of src/causes with the client table. */
const COMPARE_CAUSES = true;

/** Two minutes on two processors; clients that wait for an answer take up to 25 s. */
const PATIENCE_MS = 600_000;

describe('zoo: real clients, by what becomes of their request for a token', function () {
  this.timeout(PATIENCE_MS);
  let folder: string | undefined;
  let result: ZooResult;
  let seen: ZooEntry[];
  before(async function () {
    needsRoot.call(this);
    if (!isZooThere()) this.skip();
    folder = mkdtempSync(join(tmpdir(), 'imds-zoo-'));
    result = await runZoo(ZOO, folder);
    seen = await seenCases(result);
    // Clients wait 0.25 to 1 s for an answer: where the machine was busy with other things, all of it was slow.
    const again = ZOO.filter(({ id }) => differs(id));
    if (again.length === 0) return;
    const second = await seenCases(await runZoo(again, mkdtempSync(join(folder, 'again-'))));
    seen = seen.map((entry) => second.find(({ client }) => client === entry.client) ?? entry);
  });
  const differs = (id: string) => {
    const [own, held] = [seen, expectedCases()].map((entries) => entries.find(({ client }) => client === id));
    return !isDeepStrictEqual(comparable(own?.cases), comparable(held?.cases));
  };
  after(() => {
    endSessions();
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  for (const mode of MODE_NAMES) {
    it(`tells each call of them all as the endpoint received it: ${mode}`, () => {
      // What is answered when nobody listens any more has a status for the endpoint alone.
      const known = (line: string) => line.replace(/ \| (?:\d+)? \| /, ' | ');
      const told = result.runs.filter((run) => run.mode === mode).flatMap(({ events }) => events);
      assert.deepEqual(
        told.map(lineOfEvent).map(known).sort(),
        result.received[mode]?.map(lineOfRequest).map(known).sort(),
      );
    });
  }

  for (const { client, title, cases } of expectedCases()) {
    it(`tells what ${title} does, who it is${COMPARE_CAUSES ? ', and why' : ''}`, () => {
      const own = seen.find((entry) => entry.client === client)?.cases;
      assert.deepEqual(comparable(own), comparable(cases));
    });
  }
});

function comparable(cases: ZooEntry['cases'] | undefined): object {
  return Object.fromEntries(
    Object.entries(cases ?? {}).map(([mode, { cause, ...others }]) => [
      mode,
      COMPARE_CAUSES && cause !== undefined ? { ...others, cause } : others,
    ]),
  );
}
