import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from 'node:assert';
import { EventLineParser } from '../../../src/events/event-line.ts';
import { Line } from '../../../src/events/line.ts';
import { callerOf } from '../../../src/events/saved-caller.ts';
import type { Process, ProcessIdentity } from '../../../src/model.ts';
import type { ReportOptions } from '../../../src/report/types.ts';
import { attributed, render } from './samples.ts';

const SHELL: ProcessIdentity = { pid: 2, start: '2', name: 'sh', args: ['sh', '-c', 'x'] };
const AGENT: Process = { pid: 7, start: '7', name: 'agent', args: ['agent', '-v'], ancestors: [SHELL] };
const CUT: Process = { ...AGENT, argsTruncated: true, ancestors: [{ ...SHELL, argsTruncated: true }] };
/** Whole arguments that end as if they were cut. */
const HOSTILE: Process = {
  ...AGENT,
  args: ['agent', '-v', '…'],
  ancestors: [{ ...SHELL, args: ['sh', '-c', 'x', '…'] }],
};

async function printed(process: Process, options: Partial<ReportOptions>): Promise<string> {
  const { text } = await render([attributed({}, process)], { columns: 200, ...options });
  return text;
}

describe('arguments that the recording has the beginning of', () => {
  it('are said to be cut in the log, and those that end so by themselves are not', async () => {
    const argv = async (process: Process) =>
      [...(await printed(process, { format: 'log' })).matchAll(/argv:([^)]*)\)/g)].map(([, text]) => text);
    deepStrictEqual(await argv(AGENT), ['agent -v', 'sh -c x']);
    deepStrictEqual(await argv(CUT), ['agent -v …', 'sh -c x …']);
    deepStrictEqual(await argv(HOSTILE), ['agent -v \\u{2026}', 'sh -c x \\u{2026}']);
  });

  for (const [what, options] of [
    ['a row a call', { format: 'csv', calls: true }],
    ['a row a caller', { format: 'csv' }],
  ] as const) {
    it(`are in CSV (${what})`, async () => {
      match(await printed(AGENT, options), /,agent -v,/);
      match(await printed(CUT, options), /,agent -v …,/);
      match(await printed(HOSTILE, options), /,agent -v \\u\{2026\},/);
    });
  }

  it('are in HTML', async () => {
    const line = async (process: Process) =>
      [...(await printed(process, { format: 'html' })).matchAll(/<code>((?:agent|sh) -[^<]*)<\/code>/g)]
        .map(([, text]) => text)
        .slice(0, 2);
    deepStrictEqual(await line(AGENT), ['agent -v', 'sh -c x']);
    deepStrictEqual(await line(CUT), ['agent -v …', 'sh -c x …']);
    deepStrictEqual(await line(HOSTILE), ['agent -v \\u{2026}', 'sh -c x \\u{2026}']);
  });

  it('are in JSON Lines by a member of their own, and are again where those are read', async () => {
    doesNotMatch(await printed(AGENT, { format: 'jsonl' }), /args_truncated/);
    doesNotMatch(await printed(HOSTILE, { format: 'jsonl' }), /args_truncated/);
    const text = await printed(CUT, { format: 'jsonl' });
    const event = JSON.parse(text);
    strictEqual(event.attribution.args_truncated, true);
    deepStrictEqual(event.process.args, ['agent', '-v']);
    const ancestor = { pid: 2, name: 'sh', args: ['sh', '-c', 'x'], args_truncated: true };
    deepStrictEqual(event.imds.ancestors, [ancestor]);
    // The second is read by what it has in common with the first.
    const parser = new EventLineParser();
    for (const pid of [7, 8, 9]) {
      const line = text.trimEnd().replace('"process":{"pid":7', `"process":{"pid":${pid}`);
      const call = parser.parse(Line.of(line), 'calls.jsonl');
      strictEqual(call?.process?.pid, pid);
      strictEqual(call.process.argsTruncated, true);
      strictEqual(call.process.ancestors[0]?.argsTruncated, true);
    }
  });

  it('are in JSON, and are again where a report is read', async () => {
    doesNotMatch(await printed(AGENT, { format: 'json' }), /args_truncated/);
    const [row] = JSON.parse(await printed(CUT, { format: 'json' })).callers;
    strictEqual(row.example_args_truncated, true);
    strictEqual(callerOf(row)?.example.argsTruncated, true);
  });

  it('are where a log is read', async () => {
    const read = async (process: Process) => {
      const line = Line.of((await printed(process, { format: 'log' })).trimEnd());
      const { process: own } = new EventLineParser().parse(line, 'imds-trace.log') ?? {};
      ok(own);
      return [own, own.ancestors[0]].map((one) => [one?.args?.at(-1), one?.argsTruncated]);
    };
    deepStrictEqual(await read(CUT), [
      ['-v', true],
      ['x', true],
    ]);
    deepStrictEqual(await read(HOSTILE), [
      ['\\u{2026}', undefined],
      ['\\u{2026}', undefined],
    ]);
  });
});
