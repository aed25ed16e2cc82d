import { strictEqual } from 'node:assert';
import type { AttributedCall, CaptureSummary } from '../../../src/model.ts';
import { Aggregate } from '../../../src/report/aggregate.ts';
import { summarize } from '../../../src/report/completeness.ts';
import { Ignored } from '../../../src/report/ignored.ts';
import { nextStep, type ReadIn } from '../../../src/report/next-step.ts';
import { attributed, CURL, capture } from './samples.ts';

const LIVE: ReadIn = { place: 'live', calls: undefined, attributes: true };

function next(
  calls: readonly AttributedCall[],
  summary: CaptureSummary,
  readIn?: ReadIn,
): string | undefined {
  const aggregate = new Aggregate();
  for (const call of calls) aggregate.add(call);
  return nextStep(aggregate, summarize([summary]), Ignored.NONE, readIn);
}

describe('what to do next', () => {
  const v1 = attributed({}, CURL);
  const nameless = attributed({});

  it('names no flag that its reader does not have', () => {
    strictEqual(next([v1], capture()), 'fix these callers, then look again; --calls shows every call.');
    for (const readIn of [{ place: 'page' }, LIVE] as const)
      strictEqual(next([v1], capture(), readIn), 'fix these callers, then look again.');
    const unread = attributed({ version: 'unknown', operation: undefined }, CURL);
    strictEqual(
      next([unread], capture(), { place: 'page' }),
      'why calls could not be read stands with their callers.',
    );
  });

  it('asks for what came after the fix, of events, which keep what was before', () => {
    const events = { ...capture(), events: 9 };
    const text =
      'fix these callers, then look again with --since and the time of the fix; --calls shows every call.';
    strictEqual(next([v1], events), text);
    strictEqual(next([v1], events, { place: 'page' }), 'fix these callers, then look again.');
  });

  it('looks for what a session lacked to name processes, where events are of one', () => {
    const proof = { sessions: [{}] as unknown as CaptureSummary['sessions'] };
    strictEqual(
      next([nameless], { ...capture(), events: 9, ...proof }),
      'no process is named; record without `--attribution off` to see who calls; `imds doctor` tells what else may be lacking.',
    );
  });

  it('does not send for calls to what has none: JSON reports, and inventories', () => {
    const again = ' with --since and the time of the fix';
    for (const [summary, which] of [
      [capture({ ofReport: true }), ''],
      [capture({ events: 0, callers: 3, packets: 0 }), again],
    ] as const) {
      strictEqual(next([v1], summary), `fix these callers, then look again${which}.`);
      const unread = attributed({ version: 'unknown', operation: undefined }, CURL);
      strictEqual(next([unread], summary), 'why calls could not be read stands with their callers.');
    }
  });

  it('names the last check and the setting where nothing speaks against it', () => {
    const aggregate = new Aggregate();
    const summary = summarize([capture({}, { connections: 0, views: ['sockets'] })]);
    strictEqual(
      nextStep(aggregate, { ...summary, packets: 0 }, Ignored.NONE, LIVE, 'ready'),
      'see that MetadataNoToken in CloudWatch is 0, too, then `aws ec2 modify-instance-metadata-options --instance-id ID --http-tokens required`.',
    );
  });

  it('says how calls get their names: by another session, its flag, or the doctor', () => {
    strictEqual(
      next([nameless], capture()),
      'no process is named; record with `imds live -w FILE.pcapng` to see who calls.',
    );
    strictEqual(
      next([nameless], capture(), { ...LIVE, attributes: false }),
      'no process is named; start without `--attribution off` to see who calls.',
    );
    const both = { views: ['sockets', 'wire'] };
    strictEqual(
      next([nameless], capture({}, both)),
      'no process is named; record without `--attribution off` to see who calls; `imds doctor` tells what else may be lacking.',
    );
    strictEqual(
      next([nameless], capture({}, { ...both, losses: { 'probe.exits': 1 } }), LIVE),
      'no process is named; the probe ended early; `imds doctor` looks for the reason.',
    );
  });

  it('doubts the endpoint where packets were of none', () => {
    const text =
      'no packet was on a connection to the endpoint; check --endpoint, and where the capture was made.';
    strictEqual(next([], capture({}, { connections: 0 })), text);
    strictEqual(
      next([], capture({ packets: 0 }, { connections: 0 })),
      'record with `imds live -w FILE.pcapng`: it proves that no call was missed.',
    );
    strictEqual(next([], capture({ packets: 0 }, { connections: 0, views: ['sockets'] }), LIVE), undefined);
    strictEqual(
      next([], capture({ packets: 0 }, { connections: 0, views: ['wire'] }), LIVE),
      'watch the sockets too (--capture both): the probe proves that no call was missed; `imds doctor` tells whether it can run.',
    );
  });
});
