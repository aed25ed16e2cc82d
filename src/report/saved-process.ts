import type { CallerSummary, OnHost } from '../callers/types.ts';
import type { Host, Process } from '../model.ts';
import type { Candidate } from './example.ts';
import { factsOf } from './fact-columns.ts';
import { KINDS } from './kinds.ts';
import type { ProcessViews } from './process-view.ts';

/** The example of a caller that was counted before: the earliest call of its worst kind. */
export function savedCandidate(summary: CallerSummary, views: ProcessViews): Candidate {
  const { example, capture, attribution, counts } = summary;
  const kind = KINDS.findIndex((name) => counts[name] > 0);
  const process = processOf(summary, views);
  return {
    example: {
      ...(process === undefined ? {} : { process }),
      attribution,
      host: savedHost(summary),
      session: capture,
      capture,
      eventId: example.eventId,
    },
    kind: kind < 0 ? KINDS.length : kind,
    time: example.time,
  };
}

/** The id stands in place of a name, where there is none. */
export function savedHost({ host: name, hostId: id }: OnHost): Host | undefined {
  if (name === undefined && id === undefined) return undefined;
  return { id, name: name === id ? undefined : name };
}

const UID = /^\d{1,10}$/;

/** What is shown of it, as a process: its ancestors have nothing but their names. */
function processOf(summary: CallerSummary, views: ProcessViews): Process | undefined {
  const { program, startedBy, executable, containerId, unit, user, example, isOther, allCalls } = summary;
  if (program === undefined || isOther) return undefined;
  const process: Process = {
    pid: example.pid ?? 0,
    start: '',
    executable,
    args: example.args,
    argsTruncated: example.argsTruncated,
    containerId,
    unit,
    userId: allCalls.user !== undefined && UID.test(allCalls.user) ? allCalls.user : undefined,
    userName: user,
    facts: { ...factsOf(example), userName: user, startedFrom: example.startedFrom },
    ancestors: (example.ancestry ?? []).map((name) => ({ pid: 0, start: '', name })),
  };
  views.adopt(process, program, startedBy);
  return process;
}
