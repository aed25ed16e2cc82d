import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEndpoints } from '../../../src/cli/endpoint.ts';
import { fixtures } from '../../golden/cases.ts';
import { SECRETS } from '../../golden/secrets.ts';
import { analysisOf, runScrub } from '../../support/scrub.ts';

const SIDECAR = '.correlations.jsonl';
/** Records of another capture are not handed on: calls then have no process because there are none. */
const OTHER_CAPTURE = '"reason":"records of another capture"';
/** Captures in which nothing can be read. */
const UNREADABLE = ['bad-empty', 'bad-header-cut', 'bad-text'];

interface Fixture {
  name: string;
  capture: string;
  endpoint: string | undefined;
  correlations: string | undefined;
}

function optionOf(args: readonly string[], name: string): string | undefined {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args[at + 1];
}

/** Every capture of every case. */
function readFixtures(): Fixture[] {
  return readdirSync(fixtures).flatMap((name) => {
    const folder = join(fixtures, name);
    const file = join(folder, 'case.json');
    const args: string[] = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')).args ?? []) : [];
    const captures = existsSync(join(folder, 'README.md'))
      ? readdirSync(folder, { recursive: true, encoding: 'utf8' })
      : [];
    const correlations = optionOf(args, '--correlations');
    return captures
      .filter((each) => /(?:\.pcap|\.pcapng|\.gz|capture)$/.test(each) && !each.includes(SIDECAR))
      .map((each) => ({
        name: `${name}/${each}`,
        capture: join(folder, each),
        endpoint: optionOf(args, '--endpoint'),
        correlations: correlations && join(folder, correlations),
      }));
  });
}

/** Of an event, what --strict replaces nothing of. */
function withoutNames(event: string): object {
  const {
    event: of,
    imds,
    http,
    network,
    source,
    destination,
    process,
    attribution,
    ...rest
  } = JSON.parse(event);
  const { version, operation, endpoint, path_class, hint, unknown_reason } = imds;
  return {
    of,
    imds: { version, operation, endpoint, path_class, hint, unknown_reason },
    http,
    network,
    source,
    destination,
    pid: process?.pid,
    name: process?.name,
    attribution: attribution.match,
    time: rest['@timestamp'],
  };
}

function codesOf({ summaries }: Awaited<ReturnType<typeof analysisOf>>): string[] {
  return summaries.flatMap(({ problems }) => problems.map(({ code }) => code));
}

describe('scrub, of every fixture', function () {
  this.timeout(20_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'imds-scrub-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  for (const { name, capture, endpoint, correlations } of readFixtures()) {
    const endpoints = parseEndpoints(endpoint === undefined ? undefined : [endpoint]);
    it(`gives the same calls but for names, with --strict: ${name}`, async () => {
      const out = join(folder, 'out.pcapng');
      const { code } = await runScrub(capture, out, { endpoints, correlations, strict: true });
      if (!existsSync(out)) return assert.equal(code, 4);
      const before = await analysisOf([capture], { endpoints, correlations });
      const after = await analysisOf([out], { endpoints });
      assert.deepEqual(after.events.map(withoutNames), before.events.map(withoutNames));
    });

    for (const ending of ['pcapng', 'pcap']) {
      it(`gives the same calls, as ${ending}: ${name}`, async () => {
        const out = join(folder, `out.${ending}`);
        const before = await analysisOf([capture], { endpoints, correlations });
        const damaged = before.summaries.some(({ problems }) => problems.some(({ damage }) => damage));
        const { code, stderr } = await runScrub(capture, out, { endpoints, correlations });
        assert.equal(code, damaged ? 4 : 0, stderr);
        if (!existsSync(out)) {
          assert.ok(
            UNREADABLE.some((each) => name.startsWith(each)),
            stderr,
          );
          assert.match(stderr, /nothing could be read; .* was not written/);
          assert.deepEqual(readdirSync(folder), []);
          return;
        }
        const after = await analysisOf([out], { endpoints });
        const expected = before.events.map((event) => event.replace(OTHER_CAPTURE, '"reason":"no records"'));
        assert.deepEqual(after.events, expected);
        // Times stay what they are: one that was damaged still is. Nothing else does.
        const strays = codesOf(before).filter((code) => code === 'capture.stray_time');
        assert.deepEqual(codesOf(after), strays);
        for (const file of readdirSync(folder)) {
          const bytes = readFileSync(join(folder, file));
          for (const secret of SECRETS) assert.equal(bytes.indexOf(secret), -1, `${secret} in ${file}`);
        }
      });
    }
  }
});
