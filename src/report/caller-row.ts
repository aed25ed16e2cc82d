import type { Diagnosis } from '../causes/types.ts';
import { maskText } from '../secrets.ts';
import type { Caller } from './caller.ts';
import { diagnosisOf } from './diagnosis.ts';
import { factColumns } from './fact-columns.ts';
import type { KindCounts } from './kinds.ts';
import type { ProcessViews } from './process-view.ts';
import { programName } from './program.ts';
import { recurringContainer, recurringPath, recurringPod, recurringUnit } from './recurring.ts';
import { isoNanoseconds } from './time.ts';
import { viewHeader } from './url.ts';
import { userText } from './users.ts';

/**
 * A caller as data: the columns of CSV and the objects of JSON, in their documented order. Undefined
 * where not known. Masked, not yet escaped.
 */
export interface CallerRow extends KindCounts {
  host: string | undefined;
  capture: string;
  program: string | undefined;
  started_by: string | undefined;
  executable: string | undefined;
  container_id: string | undefined;
  unit: string | undefined;
  user: string | undefined;
  clients: string[];
  user_agents: string[];
  /** v1 calls answered with success: what CloudWatch's MetadataNoToken counts. */
  v1_succeeded: number;
  worst_path: string | undefined;
  first_seen: string;
  last_seen: string;
  forwarded_for: string[];
  /** Why calls of it could not be read. */
  unknown_reasons: string[];
  attribution: string;
  unattributed_reason: string | undefined;
  example_pid: number | undefined;
  example_args: string[] | undefined;
  /** The recording has the first of them alone. */
  example_args_truncated: true | undefined;
  /** Ancestors of the example, nearest first, as a person names them. */
  example_ancestry: string[] | undefined;
  /** Id of the rule that says why its calls are IMDSv1. */
  cause: string | undefined;
  severity: string | undefined;
  /** What was seen, in sentences. */
  evidence: string[] | undefined;
  remedy: string | undefined;
  /** Ids of other rules that hold, worst first. */
  findings: string[];
  product: string | undefined;
  product_version: string | undefined;
  /** Of the example: what was looked up on the host, and what follows of that. */
  package: string | undefined;
  image: string | undefined;
  pod: string | undefined;
  container_name: string | undefined;
  timer: string | undefined;
  started_from: string | undefined;
  /** How its host was called when its calls were made, where that is not what it is called now. */
  host_names: string[] | undefined;
}

export const OTHER_CALLERS_NAME = 'other callers';

/** The name of a caller: its program, and who runs it where that is the one to fix; else its address. */
export function callerName(caller: Caller): string {
  const { process, client, isOther } = caller.identity;
  if (isOther) return OTHER_CALLERS_NAME;
  if (process === undefined) return client === '' ? 'unknown client' : `client ${client}`;
  return process.startedBy === undefined ? process.program : `${process.program} by ${process.startedBy}`;
}

/** Its example is of one host, and the row is not. */
export function isOfMany({ parts }: Caller): boolean {
  return parts !== undefined && parts.size > 1;
}

function hostText({ example, host }: Caller): string | undefined {
  return example.host && (host?.label ?? example.host.name ?? example.host.id);
}

export function callerRow(caller: Caller, views: ProcessViews): CallerRow {
  return { ...callerFields(caller, views), ...diagnosisColumns(diagnosisOf(caller)) };
}

/** Without its cause. */
export function callerFields(caller: Caller, views: ProcessViews) {
  const { identity, example } = caller;
  const { match, source, reason } = example.attribution;
  // Of the example, not of the first call: they may be two processes of one program.
  const { process } = example;
  const view = identity.isOther || process === undefined ? undefined : views.view(process);
  const exampleProcess = view?.process;
  const facts = factsOfCaller(caller, views);
  const nameOfUser = exampleProcess && views.users.nameOf(identity.scope, exampleProcess);
  return {
    host: isOfMany(caller) ? undefined : hostText(caller),
    capture: example.capture,
    program: identity.isOther ? OTHER_CALLERS_NAME : view?.program,
    started_by: view?.startedBy,
    executable: exampleProcess?.executable && recurringPath(exampleProcess.executable),
    container_id: exampleProcess?.containerId,
    unit: exampleProcess?.unit && recurringUnit(exampleProcess.unit),
    user: userText(exampleProcess?.userId, facts?.userName ?? nameOfUser),
    clients: caller.clients.values,
    user_agents: headers(caller.userAgents.values),
    ...caller.kinds,
    // Facts are of all calls, the others of those that are reported: of a version, all or none.
    v1_succeeded: caller.kinds.v1 === 0 ? 0 : caller.facts.v1.succeeded,
    worst_path: caller.worstPath,
    first_seen: isoNanoseconds(caller.first),
    last_seen: isoNanoseconds(caller.last),
    forwarded_for: headers(caller.forwardedFor.values),
    unknown_reasons: caller.unknownReasons.values.map((reason) => maskText(reason)),
    attribution: match === 'none' ? 'none' : `${source}/${match}`,
    unattributed_reason: view === undefined && reason !== undefined ? maskText(reason) : undefined,
    example_pid: exampleProcess?.pid,
    example_args: exampleProcess?.args === undefined ? undefined : [...exampleProcess.args],
    example_args_truncated: exampleProcess?.argsTruncated || undefined,
    example_ancestry: exampleProcess?.ancestors.map((one) => programName(one) ?? `pid ${one.pid}`),
    ...podColumns(caller, factColumns(facts)),
    host_names: isOfMany(caller) ? undefined : otherNames(caller),
  };
}

/** What is known of its example beside what the kernel told, completed by what is of its other processes. */
export function factsOfCaller({ example, said, identity }: Caller, views: ProcessViews) {
  const own = example.process === undefined || identity.isOther ? undefined : views.facts(example.process);
  return said === undefined ? own : said.complete(own);
}

/** Pod and container of each time, where there were several. */
function podColumns({ containers }: Caller, columns: ReturnType<typeof factColumns>) {
  if (containers.length === 0) return columns;
  const { pod, container_name: name } = columns;
  return { ...columns, pod: pod && recurringPod(pod), container_name: name && recurringContainer(name) };
}

/** Undefined where it is the one name that is shown: whoever reads the row knows it. */
function otherNames({ hostNames, example, host }: Caller): string[] | undefined {
  if (example.host === undefined) return undefined;
  const { id, name: latest } = host ?? example.host;
  // The id stands in place of a name, where there is none.
  const shown = latest === id ? undefined : latest;
  const [name, ...more] = hostNames;
  return more.length === 0 && name === shown ? undefined : [...hostNames];
}

/** Two that differ in what is masked are one. */
function headers(values: readonly string[]): string[] {
  return [...new Set(values.map(viewHeader))];
}

function diagnosisColumns({ cause, findings, product, productVersion }: Diagnosis) {
  return {
    cause: cause?.id,
    severity: cause?.severity,
    evidence: cause && [...cause.evidence],
    remedy: cause?.remedy,
    findings: findings.map(({ id }) => id),
    product,
    product_version: productVersion,
  };
}
