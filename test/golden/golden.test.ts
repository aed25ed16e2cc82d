import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fixturesFolder, generatedFiles } from '../../fixtures/generate.ts';
import { callsOf, expected, readCases, run } from './cases.ts';
import { SECRETS } from './secrets.ts';

describe('golden cases', () => {
  for (const golden of readCases()) {
    describe(golden.name, function () {
      this.timeout(30_000);
      let outputs: Map<string, string>;
      before(async () => {
        outputs = await run(golden);
      });

      it('has the calls that its author put into it', () => {
        assert.deepEqual(callsOf(outputs.get('expected.jsonl') ?? ''), golden.calls);
      });

      it(`exits with ${golden.exitCode ?? 0}`, () => {
        const [code] = /^exit code (\d+)/.exec(outputs.get('expected.err') ?? '')?.slice(1) ?? ['0'];
        assert.equal(code, String(golden.exitCode ?? 0));
      });

      it('prints what is expected', () => {
        for (const [name, text] of expected(golden)) {
          assert.equal(
            outputs.get(name),
            text,
            `${golden.name}/${name}; npm run golden:update writes it anew`,
          );
        }
      });

      it('shows no secret and no control character', () => {
        for (const [name, text] of outputs) {
          for (const secret of SECRETS) assert.ok(!text.includes(secret), `${name} holds ${secret}`);
          // RFC 4180 ends a line with CR LF.
          const lines = name === 'expected.csv' ? text.replaceAll('\r\n', '\n') : text;
          // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
          assert.doesNotMatch(lines, /[\0-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/u, name);
        }
      });
    });
  }
});

describe('generated fixtures', () => {
  it('are what their recipes make', () => {
    for (const [path, bytes] of generatedFiles()) {
      assert.ok(
        readFileSync(join(fixturesFolder, path)).equals(bytes),
        `${path}; npm run golden:generate writes it anew`,
      );
    }
  });
});
