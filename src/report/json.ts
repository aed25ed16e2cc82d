import type { AttributedCall, CaptureSummary, Nanoseconds } from '../model.ts';
import type { Aggregate } from './aggregate.ts';
import { BatchWriter } from './batch-writer.ts';
import type { Caller } from './caller.ts';
import { callerObject } from './caller-json.ts';
import { callerName } from './caller-row.ts';
import { summarize } from './completeness.ts';
import { escapeJson } from './escape.ts';
import { groupRow } from './group-row.ts';
import { Group, groupsOf } from './groups.ts';
import type { HostVerdict } from './host-verdict.ts';
import type { ExpiredFilter, Ignored } from './ignored.ts';
import { kindCounts } from './kinds.ts';
import { ownCounters } from './loss-lines.ts';
import { PERIOD_S } from './no-token.ts';
import { aggregateFor, topOf } from './rows.ts';
import { sessionObject } from './session-line.ts';
import { isoNanoseconds } from './time.ts';
import type { Findings, FormatSink, Output, RowOptions } from './types.ts';
import { verdictOf } from './verdict.ts';

/** Of the report's shape (schemas/report.schema.json); additions do not raise it. */
const SCHEMA_VERSION = 1;

const CALLERS_AT_ONCE = 256;
const EXPIRED_SHOWN = 64;

/** One report object, for programs; its callers are written one at a time. */
export function createJsonSink(options: RowOptions, output: Output): FormatSink {
  const aggregate = aggregateFor(options);
  const { groupBy = 'caller' } = options;
  return {
    aggregate,
    call: (call: AttributedCall) => void aggregate.add(call),
    context: (call: AttributedCall) => aggregate.addContext(call),
    ready: () => undefined,
    async end(captures, hosts, findings, ignored) {
      const writer = new BatchWriter(output);
      const callers = ignored.counted(aggregate.callers());
      const isOfCallers = groupBy === 'caller';
      const rows: readonly (Caller | Group)[] = isOfCallers ? callers : groupsOf(aggregate, groupBy, ignored);
      const top = topOf(rows, options);
      const more = {
        group_by: isOfCallers ? undefined : groupBy,
        left_out: top.leftOut || undefined,
        expired_filters: ignored.expired.length === 0 ? undefined : ignored.expired.map(expiredObject),
      };
      const text = members({ ...head(aggregate, callers, captures, hosts, findings, ignored), ...more });
      writer.write(`{\n${text},\n"${isOfCallers ? 'callers' : 'groups'}": [`);
      for (const [index, row] of top.rows.entries()) {
        const object = row instanceof Group ? groupRow(row, groupBy) : callerObject(row, aggregate.views);
        writer.write(`${index === 0 ? '\n' : ',\n'}${json(object)}`);
        if (index % CALLERS_AT_ONCE === 0) await writer.ready();
      }
      writer.write('\n]');
      await writeIgnored(writer, ignored, aggregate);
      const shown = top.rows.flatMap((row) => (row instanceof Group ? [] : [row]));
      await writeContainers(writer, shown, ignored, aggregate);
      writer.write('\n}\n');
      await writer.end();
    },
  };
}

/** Callers that are known and accepted, as the others, with the reason; the member is there if one is. */
async function writeIgnored(writer: BatchWriter, { callers }: Ignored, aggregate: Aggregate): Promise<void> {
  if (callers.size === 0) return;
  writer.write(',\n"ignored": [');
  let written = 0;
  for (const [caller, as] of callers) {
    const object = { ...callerObject(caller, aggregate.views), ignored: as };
    writer.write(`${written === 0 ? '\n' : ',\n'}${json(object)}`);
    if (++written % CALLERS_AT_ONCE === 0) await writer.ready();
  }
  writer.write('\n]');
}

/** Of callers that were joined, those of each container, which whoever reads the report adds up in their place. */
async function writeContainers(
  writer: BatchWriter,
  callers: readonly Caller[],
  ignored: Ignored,
  { views }: Aggregate,
): Promise<void> {
  let written = 0;
  for (const caller of [...callers, ...ignored.callers.keys()]) {
    for (const part of caller.containers) {
      const object = { ...callerObject(part, views), ignored: ignored.callers.get(caller) };
      writer.write(`${written === 0 ? ',\n"containers": [\n' : ',\n'}${json(object)}`);
      if (++written % CALLERS_AT_ONCE === 0) await writer.ready();
    }
  }
  if (written > 0) writer.write('\n]');
}

function expiredObject({ as, conditions, callers }: ExpiredFilter): object {
  return { ...as, conditions, callers: callers.slice(0, EXPIRED_SHOWN).map(callerName) };
}

function head(
  aggregate: Aggregate,
  callers: readonly Caller[],
  captures: readonly CaptureSummary[],
  hosts: readonly HostVerdict[],
  { v1, unknown, incomplete, ready }: Findings,
  ignored: Ignored,
): object {
  const summary = summarize(captures);
  const { status, text, enforcement, notes, v1Callers } = verdictOf(
    aggregate,
    callers,
    summary,
    hosts,
    ignored,
  );
  const { timeline, counts, operations, span } = aggregate;
  return {
    schema_version: SCHEMA_VERSION,
    verdict: {
      status,
      text,
      enforcement,
      v1,
      unknown,
      incomplete,
      ready,
      v1_callers: v1Callers,
      notes,
      hosts: hosts.map(hostObject),
    },
    totals: {
      calls: aggregate.calls,
      callers: callers.length,
      ignored_callers: ignored.callers.size || undefined,
      with_process: aggregate.withProcess,
      inventory_only: aggregate.raisedCalls || undefined,
      by_version: counts,
      by_operation: operations,
      first_call: optionalTime(span?.first),
      last_call: optionalTime(span?.last),
    },
    completeness: {
      incomplete,
      connections: summary.connections,
      provable_connections: summary.provableConnections,
      captured_bytes: summary.capturedBytes,
      kernel_bytes: summary.kernelBytes,
      capture_drops: summary.captureDrops,
      losses: summary.losses,
    },
    counters: ownCounters(aggregate),
    timeline: {
      bucket_ns: String(timeline.width),
      buckets: timeline
        .buckets()
        .map((bucket) => ({ start: isoNanoseconds(bucket.start), ...kindCounts(bucket.counts) })),
    },
    captures: captures.map(captureObject),
  };
}

function hostObject({
  shown,
  status,
  calls,
  ignored,
  withoutName,
  observed,
  covers,
  noToken,
  restsOn,
  needed,
}: HostVerdict): object {
  return {
    host: shown.name,
    host_id: shown.id,
    status,
    ...calls,
    ignored_v1: ignored.v1 || undefined,
    ignored_unknown: ignored.unknown || undefined,
    without_name: withoutName,
    watched: observed && {
      duration_ns: String(observed.duration),
      longest_ns: String(observed.longest),
      from: optionalTime(observed.first),
      to: optionalTime(observed.last),
      recordings: observed.recordings,
      covers,
    },
    no_token: {
      period_s: PERIOD_S,
      succeeded: noToken.total,
      periods: noToken.periods.map(({ start, count }) => ({
        start: isoNanoseconds(BigInt(start) * 1_000_000_000n),
        count,
      })),
    },
    rests_on: restsOn,
    needed,
  };
}

function captureObject(capture: CaptureSummary): object {
  const { completeness } = capture;
  return {
    name: capture.name,
    files: capture.files,
    host: capture.host && { id: capture.host.id, name: capture.host.name, boot_id: capture.host.bootId },
    hosts: capture.hosts?.map(({ id, name }) => ({ id, name })),
    session: capture.session,
    session_ids: capture.sessionIds,
    sessions: capture.sessions?.map(sessionObject),
    leaves_out: capture.leavesOut,
    watch: capture.watch && {
      from: isoNanoseconds(capture.watch.from),
      to: isoNanoseconds(capture.watch.to),
      boot_time: optionalTime(capture.watch.bootTime),
    },
    packets: capture.packets,
    bytes: capture.bytes,
    events: capture.events,
    repeated_events: capture.repeatedEvents,
    callers: capture.callers,
    first_packet: optionalTime(capture.firstTime),
    last_packet: optionalTime(capture.lastTime),
    connections: completeness.connections,
    provable_connections: completeness.provableConnections,
    captured_bytes: completeness.capturedBytes,
    kernel_bytes: completeness.kernelBytes,
    capture_drops: completeness.captureDrops,
    losses: completeness.losses,
    views: completeness.views,
    watched_endpoints: completeness.watched,
    scope: completeness.scope,
    searched_endpoints: capture.searched,
    lookups: completeness.lookups,
    problems: capture.problems.map(({ code, message, remedy, damage }) => ({
      code,
      message,
      remedy,
      damage,
    })),
  };
}

function optionalTime(time: Nanoseconds | undefined): string | undefined {
  return time === undefined ? undefined : isoNanoseconds(time);
}

/** Members of the object, a line each, without its braces: more can follow. */
function members(object: object): string {
  return Object.entries(object)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${json(name)}: ${json(value)}`)
    .join(',\n');
}

function json(value: unknown): string {
  return escapeJson(JSON.stringify(value));
}
