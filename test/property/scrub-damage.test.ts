import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { fixtures } from '../golden/cases.ts';
import { analysisOf, runScrub } from '../support/scrub.ts';

const CAPTURES = [
  'journal-matches/capture.pcapng',
  'journal-namespaces/capture.pcapng',
  'pcapng-blocks/capture.pcapng',
  'fragments/capture.pcap',
  'secrets/capture.pcap',
  'link-types/sll2-vlan.pcap',
];

const damage = fc.record({
  capture: fc.constantFrom(...CAPTURES),
  /** Where, as a fraction of the file, and what is put there. */
  bytes: fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 255 })), {
    maxLength: 8,
  }),
  end: fc.oneof(
    { weight: 2, arbitrary: fc.constant(1) },
    { weight: 1, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) },
  ),
});

describe('property: scrubbed captures that are damaged', function () {
  this.timeout(240_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'imds-scrub-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const damaged = async ({
    capture,
    bytes,
    end,
  }: typeof damage extends fc.Arbitrary<infer T> ? T : never) => {
    const input = join(folder, 'in');
    const whole = readFileSync(join(fixtures, capture));
    for (const [at, value] of bytes) whole[Math.floor(at * (whole.length - 1))] = value;
    writeFileSync(input, whole.subarray(0, Math.ceil(end * whole.length)));
    return input;
  };

  it('give the calls that the damaged original gives, and are whole themselves', async () => {
    await fc.assert(
      fc.asyncProperty(damage, async (how) => {
        const [input, output] = [await damaged(how), join(folder, 'out.pcapng')];
        const { code, stderr } = await runScrub(input, output, { force: true });
        const before = await analysisOf([input]);
        const isDamaged = before.summaries.some(({ problems }) => problems.some((problem) => problem.damage));
        assert.equal(code, isDamaged ? 4 : 0, stderr);
        if (!existsSync(output)) {
          assert.equal(code, 4);
          return assert.deepEqual(before.events, []);
        }
        const after = await analysisOf([output]);
        rmSync(output);
        assert.deepEqual(after.events, before.events);
        // What is wrong with the records themselves, such as a newer format, is told of both.
        const problems = after.summaries.flatMap((summary) => summary.problems.map(({ code: name }) => name));
        assert.deepEqual(
          problems.filter((name) => name.startsWith('capture.')),
          [],
        );
        // Who was told that something is missing is told so still.
        const session = before.summaries[0]?.session;
        if (isDamaged && session !== undefined) {
          assert.ok(Object.keys(after.summaries[0]?.completeness.losses ?? {}).length > 0);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('do not end the run with --strict either', async () => {
    await fc.assert(
      fc.asyncProperty(damage, async (how) => {
        const [input, output] = [await damaged(how), join(folder, 'out.pcapng')];
        const { code } = await runScrub(input, output, { force: true, strict: true });
        const before = await analysisOf([input]);
        if (!existsSync(output)) return assert.equal(code, 4);
        const after = await analysisOf([output]);
        rmSync(output);
        const ids = (events: readonly string[]) =>
          events.map((event) => {
            const { event: of, imds } = JSON.parse(event);
            return [of.id, imds.version, imds.path_class];
          });
        assert.deepEqual(ids(after.events), ids(before.events));
      }),
      { numRuns: 150 },
    );
  });
});
