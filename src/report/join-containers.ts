import type { CallerSums, LookedUp } from '../callers/types.ts';
import { Caller, type CallerBudgets } from './caller.ts';
import { compareCallers } from './caller-order.ts';
import { factsOfCaller } from './caller-row.ts';
import { type Candidate, isBetter } from './example.ts';
import { lookedUp } from './fact-columns.ts';
import { getOrInsert } from './get-or-insert.ts';
import { KINDS } from './kinds.ts';
import type { ProcessViews } from './process-view.ts';
import { recurringContainer, recurringExecutable, recurringPod } from './recurring.ts';

/**
 * Callers as a person counts them: the pods of a CronJob or of one template, the containers that one pod had after one
 * another, those of `docker run --rm` and tasks of one family run the same program, which is one to be fixed. Which pod
 * a container is of may be known only after its first calls, and of another report: so callers are one a container
 * until the end, and a report that is to be read again has them so, too.
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

/** What is the same in each of its containers; undefined where nothing tells which these are. */
function workloadOf(caller: Caller, views: ProcessViews): string | undefined {
  const { scope, process: view } = caller.identity;
  if (view?.process.containerId === undefined) return undefined;
  const looked = lookedUp(factsOfCaller(caller, views));
  const name = podNameOf(looked) ?? containerNameOf(looked, caller, views);
  if (name === undefined) return undefined;
  const { program, startedBy, process } = view;
  const file = process.executable && recurringExecutable(process.executable);
  return JSON.stringify([scope, name, looked.image, program, startedBy, file]);
}

/** `namespace/name` of a pod, and no id. */
function podNameOf({ pod }: LookedUp): string | undefined {
  return pod?.includes('/') === true && !TASK.test(pod) ? recurringPod(pod) : undefined;
}

/** ECS: its ARN, or the id alone. */
const TASK = /^(arn:.*\/)?[0-9a-f]{32}$/;

/**
 * Of a container that is of no pod, with an image; of a task of ECS, where its family stands before the name. What
 * has a name by chance is the same where it runs the same, too.
 */
function containerNameOf(looked: LookedUp, { example }: Caller, views: ProcessViews): unknown[] | undefined {
  const { pod, container_name: name, image } = looked;
  const task = pod === undefined ? undefined : TASK.exec(pod);
  if (name === undefined || image === undefined || task === null) return undefined;
  if (task !== undefined && !name.includes('/')) return undefined;
  const each = recurringContainer(name);
  const isNamed = each === name || each.endsWith('run-*') || each.endsWith('run_*');
  const args = isNamed || example.process === undefined ? [] : views.view(example.process).process.args;
  return [task?.[1], each, ...(args ?? [])];
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
  const { package: packaged, image, pod, container_name, timer } = caller.said?.columns ?? {};
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
    hostNames: caller.hostNames,
    said: { package: packaged, image, pod, container_name, timer },
  };
}
