import type { CallerSummary } from '../callers/types.ts';
import type { Process, ProcessFacts } from '../model.ts';
import type { Candidate } from './caller.ts';
import { KINDS } from './kinds.ts';
import type { ProcessViews } from './process-view.ts';

/** The example of a caller that was counted before: the earliest call of its worst kind. */
export function savedCandidate(summary: CallerSummary, views: ProcessViews): Candidate {
  const { example, host, capture, attribution, counts } = summary;
  const kind = KINDS.findIndex((name) => counts[name] > 0);
  const process = processOf(summary, views);
  return {
    example: {
      ...(process === undefined ? {} : { process }),
      attribution,
      host: host === undefined ? undefined : { name: host },
      session: capture,
      capture,
      eventId: example.eventId,
    },
    kind: kind < 0 ? KINDS.length : kind,
    time: example.time,
  };
}

/** What is shown of it, as a process: its ancestors have nothing but their names. */
function processOf(summary: CallerSummary, views: ProcessViews): Process | undefined {
  const { program, startedBy, executable, containerId, unit, user, example, isOther } = summary;
  if (program === undefined || isOther) return undefined;
  const process: Process = {
    pid: example.pid ?? 0,
    start: '',
    executable,
    args: example.args,
    argsTruncated: example.argsTruncated,
    containerId,
    unit,
    userName: user,
    facts: factsOf(summary),
    ancestors: (example.ancestry ?? []).map((name) => ({ pid: 0, start: '', name })),
  };
  views.adopt(process, program, startedBy);
  return process;
}

/** Such that the columns show the same again. */
function factsOf({ example, user }: CallerSummary): ProcessFacts {
  const { image, pod, timer, startedFrom } = example;
  // A name of a package has no blank in it.
  const [name, ...version] = example.package?.split(' ') ?? [];
  const slash = pod?.indexOf('/') ?? -1;
  const place =
    pod !== undefined && slash > 0 && !pod.startsWith('arn:')
      ? { podNamespace: pod.slice(0, slash), podName: pod.slice(slash + 1) }
      : { podId: pod };
  return {
    package:
      name === undefined || name === '' ? undefined : { name, version: version.join(' ') || undefined },
    container: image === undefined && pod === undefined ? undefined : { image, ...place },
    timer,
    userName: user,
    startedFrom,
  };
}
