/** What the tests of the verdict on a host share: a session that proves everything, unless it is told otherwise. */
import type { CaptureSummary, Completeness, SessionProof } from '../../../src/model.ts';
import type { Aggregate } from '../../../src/report/aggregate.ts';
import type { HostVerdict } from '../../../src/report/host-verdict.ts';
import { VerdictSink } from '../../../src/report/index.ts';
import { DEFAULT_VERDICT } from '../../../src/report/verdict-options.ts';
import { attributed, CURL, capture, TIME } from './samples.ts';

export const HOUR = 3_600_000_000_000n;
export const HOST = { id: 'a1', name: 'web-1', bootId: 'b1' };

export const PROVEN: Completeness = {
  losses: {},
  connections: 4,
  provableConnections: 4,
  capturedBytes: 900,
  kernelBytes: 900,
  views: ['sockets', 'wire'],
  lookups: { made: 0, found: 0 },
};

/** A call of that host that is to be fixed by nobody. */
export const v2 = attributed({ version: 'v2' }, CURL, { host: HOST });

/** Of a day and an hour. */
export function session(change: Partial<SessionProof> = {}): SessionProof {
  return {
    session: 's1',
    host: HOST,
    from: TIME,
    to: TIME + 25n * HOUR,
    bootTime: TIME - 60_000_000_000n,
    ended: true,
    calls: { v1: 0, v2: 9, unknown: 0, foreign: 0, attempt: 0 },
    unwritten: 0,
    completeness: PROVEN,
    ...change,
  };
}

/** A file of saved events, with what sessions say in it. */
export function events(
  sessions: readonly SessionProof[],
  change: Partial<CaptureSummary> = {},
): CaptureSummary {
  const completeness = {
    losses: {},
    connections: 0,
    provableConnections: 0,
    capturedBytes: 0,
    kernelBytes: 0,
  };
  return {
    ...capture({}, completeness),
    name: 'imds-calls.jsonl',
    host: HOST,
    packets: 0,
    events: 9,
    sessions,
    ...change,
  };
}

/** A sink of which the verdicts alone are asked for. */
export function verdictSink(options = DEFAULT_VERDICT, aggregate?: Aggregate): VerdictSink {
  const inner = { call: () => undefined, ready: () => undefined, end: () => Promise.resolve() };
  return new VerdictSink(aggregate === undefined ? inner : { ...inner, aggregate }, options);
}

export function verdicts(
  calls: Parameters<VerdictSink['call']>[0][],
  captures: readonly CaptureSummary[],
  options = DEFAULT_VERDICT,
): { hosts: readonly HostVerdict[]; ready: boolean; incomplete: boolean } {
  const sink = verdictSink(options);
  for (const call of calls) sink.call(call);
  void sink.end(captures);
  return { hosts: sink.verdicts(), ...sink.findings() };
}
