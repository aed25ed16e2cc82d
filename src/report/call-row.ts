import { endpointText } from '../endpoints.ts';
import type { AttributedCall } from '../model.ts';
import { maskText } from '../secrets.ts';
import { durationOf, outcomeOf } from './event.ts';
import { eventId } from './event-id.ts';
import { factColumns } from './fact-columns.ts';
import type { ProcessViews } from './process-view.ts';
import { programName } from './program.ts';
import { isoNanoseconds } from './time.ts';
import { viewHeader, viewUrl } from './url.ts';
import { userText } from './users.ts';

/** Columns of a single call, in order: a promise to those who parse them (docs/output.md). */
export const CALL_COLUMNS = [
  'time',
  'host',
  'capture',
  'version',
  'operation',
  'outcome',
  'status',
  'method',
  'url',
  'path_class',
  'user_agent',
  'client',
  'client_port',
  'endpoint',
  'duration_ns',
  'unknown_reason',
  'hint',
  'forwarded_for',
  'program',
  'pid',
  'executable',
  'args',
  'container_id',
  'unit',
  'user',
  'ancestry',
  'attribution',
  'unattributed_reason',
  'event_id',
  'package',
  'image',
  'pod',
  'timer',
  'started_from',
] as const;

type CallRow = Record<(typeof CALL_COLUMNS)[number], string | number | readonly string[] | undefined>;

/** A call as data for CSV: masked, not yet escaped; undefined where not known. */
export function callRow(attributed: AttributedCall, views: ProcessViews): CallRow {
  const { call, attribution, host } = attributed;
  const view = attributed.process && views.view(attributed.process);
  const process = view?.process;
  const facts = attributed.process && views.facts(attributed.process);
  const duration = durationOf(call);
  const { reason } = attribution;
  return {
    time: isoNanoseconds(call.time),
    host: host?.name ?? host?.id,
    capture: attributed.capture,
    version: call.version,
    operation: call.operation,
    outcome: outcomeOf(call.status),
    status: call.status,
    method: call.method && viewHeader(call.method),
    url: call.target && viewUrl(call.target).original,
    path_class: call.pathClass,
    user_agent: call.userAgent && viewHeader(call.userAgent),
    client: call.client.address || undefined,
    client_port: call.client.port || undefined,
    endpoint: endpointText(call.endpoint),
    duration_ns: duration === undefined ? undefined : String(duration),
    unknown_reason: call.unknownReason,
    hint: call.hint && viewHeader(call.hint),
    forwarded_for: call.forwardedFor && viewHeader(call.forwardedFor),
    program: view?.program,
    pid: process?.pid,
    executable: process?.executable,
    args: process?.args,
    container_id: process?.containerId,
    unit: process?.unit,
    user: userText(process?.userId, facts?.userName),
    ancestry: process?.ancestors.map((one) => programName(one) ?? `pid ${one.pid}`),
    attribution: attribution.match === 'none' ? 'none' : `${attribution.source}/${attribution.match}`,
    unattributed_reason: reason === undefined ? undefined : maskText(reason),
    event_id: eventId(attributed),
    ...factColumns(facts),
  };
}
