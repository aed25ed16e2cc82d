import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { createLiveSinks } from '../../../src/cli/live-sinks.ts';
import { timeTextOf } from '../../../src/report/time.ts';
import { attributed, CURL, capture, MemoryOutput } from '../report/samples.ts';

const CALLS = [
  attributed({ version: 'v2' }, CURL),
  attributed({}, CURL),
  attributed({ version: 'unknown', operation: undefined }, CURL),
];

/** Options that only what stands under the calls depends on. */
const NOT_KEPT = {
  logFolder: undefined,
  save: undefined,
  attribution: 'auto' as const,
  rotateBytes: undefined,
  observed: 0n,
};

/** What the report at the end says to do next. */
async function next(kept: object): Promise<string | undefined> {
  const output = new MemoryOutput();
  const streams = { stdin: Readable.from([]), stdout: new PassThrough(), stderr: new PassThrough() };
  const options = { jsonl: false, quiet: true, ancestors: 0, level: 'info' as const, ignore: undefined };
  const { sinks } = await createLiveSinks(
    { ...options, timeText: timeTextOf('T%S'), ...NOT_KEPT, ...kept },
    { ...streams, env: {}, signals: new EventEmitter() },
    output,
  );
  for (const call of CALLS) for (const sink of sinks) sink.call(call);
  await sinks[0]?.end([capture()]);
  return /^Next +(.*(?:\n {10}.*)*)/m.exec(output.text)?.[1]?.replace(/\s+/g, ' ');
}

/** What is shown of each call as it comes. */
async function shown(level: 'info' | 'warning' | 'error', jsonl = false): Promise<string[]> {
  const output = new MemoryOutput();
  const streams = { stdin: Readable.from([]), stdout: new PassThrough(), stderr: new PassThrough() };
  const { sinks } = await createLiveSinks(
    { jsonl, quiet: false, ancestors: 0, timeText: timeTextOf('T%S'), level, ignore: undefined, ...NOT_KEPT },
    { ...streams, env: {}, signals: new EventEmitter() },
    output,
  );
  for (const call of CALLS) for (const sink of sinks) sink.call(call);
  await sinks[0]?.end([]);
  return output.text.trimEnd().split('\n');
}

describe('what imds live shows of calls', () => {
  it('is all, or those from a level on, with the time as it was asked for', async () => {
    const lines = await shown('info');
    assert.deepEqual(
      lines.map((line) => /^\[T07\] \[(\w+)\]/.exec(line)?.[1]),
      ['INFO', 'WARNING', 'ERROR'],
    );
    assert.deepEqual(await shown('warning'), lines.slice(1));
    assert.deepEqual(await shown('error'), lines.slice(2));
  });

  it('is so of JSON Lines, too', async () => {
    const versions = (await shown('warning', true)).map((line) => JSON.parse(line).imds.version);
    assert.deepEqual(versions, ['v1', 'unknown']);
  });

  it('ends with a command that there is, where calls were kept', async () => {
    const fix = 'fix these callers, then look again';
    assert.equal(await next({}), `${fix}.`);
    assert.equal(
      await next({ logFolder: '/var/log/imds' }),
      `${fix}; \`imds report --calls\` shows every call.`,
    );
    assert.equal(
      await next({ logFolder: '/srv/log', save: 'a.pcapng' }),
      `${fix}; \`imds report --calls /srv/log\` shows every call.`,
    );
    assert.equal(
      await next({ save: 'a.pcapng' }),
      `${fix}; \`imds analyze --calls a.pcapng\` shows every call.`,
    );
    assert.equal(
      await next({ save: 'a b\n.pcapng' }),
      `${fix}; \`imds analyze --calls FILE\` shows every call.`,
    );
    assert.equal(
      await next({ save: '/srv/a.pcapng', rotateBytes: 1 }),
      `${fix}; \`imds analyze --calls /srv/a_*.pcapng\` shows every call.`,
    );
  });
});
