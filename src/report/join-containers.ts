import type { CallerSums } from '../callers/types.ts';
import { Caller, type CallerBudgets } from './caller.ts';
import { compareCallers } from './caller-order.ts';
import { factsOfCaller } from './caller-row.ts';
import { type Candidate, isBetter } from './example.ts';
import { getOrInsert } from './get-or-insert.ts';
import { KINDS } from './kinds.ts';
import type { ProcessViews } from './process-view.ts';
import { recurringExecutable, recurringPod } from './recurring.ts';

/**
 * Callers as a person counts them: the pods of a CronJob or of one template, and the containers that one pod had
 * after one another, run the same program, which is one to be fixed. Which pod a container is of may be known only
 * after its first calls, and of another report: so callers are one a container until the end, and a report that is
 * to be read again has them so, too.
 */
export function joinContainers(
  callers: readonly Caller[],
  views: ProcessViews,
  budgets: CallerBudgets,
): Caller[] {
  const joined: Caller[] = [];
  const workloads = new Map<string, Caller[]>();
  for (const caller of callers) {
    const workload = workloadOf(caller, views);
    if (workload === undefined) joined.push(caller);
    else getOrInsert(workloads, workload, () => []).push(caller);
  }
  for (const parts of workloads.values()) joined.push(joinedOf(parts, budgets));
  return joined;
}

/** What is the same in each of its containers; undefined where no pod is known by name. */
function workloadOf(caller: Caller, views: ProcessViews): string | undefined {
  const { scope, process: view } = caller.identity;
  if (view?.process.containerId === undefined) return undefined;
  const { podName, podNamespace, image } = factsOfCaller(caller, views)?.container ?? {};
  if (podName === undefined || podNamespace === undefined) return undefined;
  const { program, startedBy, process } = view;
  const file = process.executable && recurringExecutable(process.executable);
  return [scope, podNamespace, recurringPod(podName), image, program, startedBy, file].join('\0');
}

function joinedOf(parts: readonly Caller[], budgets: CallerBudgets): Caller {
  const [first, ...others] = parts as [Caller, ...Caller[]];
  if (others.length === 0) return first;
  const best = others.reduce((known, part) => {
    const { example, kind, time } = candidateOf(part);
    return isBetter(kind, time, example, candidateOf(known)) ? part : known;
  }, first);
  const whole = new Caller(best.identity, candidateOf(best), budgets);
  for (const part of parts) whole.merge(sumsOf(part), candidateOf(part));
  // In whatever order they came.
  whole.containers = [...parts].sort(compareCallers);
  return whole;
}

/** The example of a caller is of the worst kind that it has. */
function candidateOf({ counts, example, exampleTime: time }: Caller): Candidate {
  const kind = counts.findIndex((count) => count > 0);
  return { example, kind: kind < 0 ? KINDS.length : kind, time };
}

function sumsOf(caller: Caller): CallerSums {
  const { package: packaged, image, pod, timer } = caller.said?.columns ?? {};
  return {
    program: caller.identity.process?.program,
    counts: caller.kinds,
    operations: caller.operations,
    withProcess: caller.withProcess,
    raisedCalls: caller.raisedCalls,
    worstPath: caller.worstPath,
    first: caller.first,
    last: caller.last,
    days: caller.days,
    facts: caller.savedFacts,
    ignored: caller.ignoredAs,
    allCalls: caller.allCalls,
    clients: caller.clients.values,
    userAgents: caller.userAgents.values,
    forwardedFor: caller.forwardedFor.values,
    unknownReasons: caller.unknownReasons.values,
    said: { package: packaged, image, pod, timer },
  };
}
