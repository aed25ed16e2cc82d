import type { AttributedCall, CaptureSummary } from '../model.ts';
import { countOf, countText } from '../words.ts';
import type { Aggregate } from './aggregate.ts';
import { BatchWriter } from './batch-writer.ts';
import { CallLines } from './call-lines.ts';
import type { Caller } from './caller.ts';
import { type CompletenessSummary, summarize } from './completeness.ts';
import { escapeText } from './escape.ts';
import { getOrInsert } from './get-or-insert.ts';
import { GroupTable } from './group-table.ts';
import { groupsOf } from './groups.ts';
import { scopeOf } from './host-names.ts';
import type { HostVerdict } from './host-verdict.ts';
import type { Ignored } from './ignored.ts';
import { fewText, joinKnown, loadWidth, PROSE, type WidthOf, wrap } from './layout.ts';
import { lossLines } from './loss-lines.ts';
import { nextStep, type ReadIn } from './next-step.ts';
import { loadPaint, type Paint } from './paint.ts';
import { aggregateFor, leftOutText, topOf } from './rows.ts';
import { seenText } from './seen-text.ts';
import { columnsOf, sparkline } from './sparkline.ts';
import { CallerTable } from './text-table.ts';
import { durationText, spanText, watchText } from './time.ts';
import type { Findings, Output, ReportOptions } from './types.ts';
import { type Verdict, verdictOf } from './verdict.ts';
import { verdictEntries } from './verdict-entries.ts';

const LABEL = 10;
const MAX_SPARKLINE = 100;
const SILENT_CAPTURES_SHOWN = 5;

/** For people: callers (or calls), timeline, what is missing, the verdict. */
export async function createTextSink(options: ReportOptions, output: Output) {
  const aggregate = aggregateFor(options);
  const writer = new BatchWriter(output);
  const paint = await loadPaint(options.colour);
  const lines = options.calls ? await CallLines.create(aggregate.views, options.columns, paint) : undefined;
  return {
    aggregate: options.calls ? undefined : aggregate,
    besides: aggregate,
    get callers(): number {
      return aggregate.callerCount;
    },
    call(call: AttributedCall): void {
      if (lines !== undefined && aggregate.calls === 0) writer.write(`${lines.title}\n`);
      aggregate.add(call);
      if (lines !== undefined) writer.write(`${lines.format(call)}\n`);
    },
    context: (call: AttributedCall): void => aggregate.addContext(call),
    ready: (): Promise<void> | undefined => writer.ready(),
    async end(
      captures: readonly CaptureSummary[],
      hosts: readonly HostVerdict[],
      _findings: Findings,
      ignored: Ignored,
    ): Promise<void> {
      const callers = ignored.counted(aggregate.callers());
      if (lines === undefined && callers.length > 0) {
        const leftOut = await writeRows(writer, callers, captures, { aggregate, ignored }, options, paint);
        if (leftOut > 0) writer.write(`${leftOutText(leftOut, options)}\n`);
      }
      if (aggregate.calls > 0) writer.write('\n');
      const summary = new Summary(options, paint, aggregate, callers, captures, hosts, ignored);
      const widthOf = await loadWidth(summary.texts());
      for (const line of summary.lines(widthOf)) writer.write(`${line}\n`);
      await writer.end();
    },
  };
}

/** @returns how many rows are left out */
async function writeRows(
  writer: BatchWriter,
  callers: readonly Caller[],
  captures: readonly CaptureSummary[],
  { aggregate, ignored }: { aggregate: Aggregate; ignored: Ignored },
  options: ReportOptions,
  paint: Paint,
): Promise<number> {
  const { groupBy = 'caller', columns } = options;
  if (groupBy === 'caller') {
    const { rows, leftOut } = topOf(callers, options);
    await writeTable(writer, rows, captures, aggregate, columns, paint);
    return leftOut;
  }
  const { rows, leftOut } = topOf(groupsOf(aggregate, groupBy, ignored), options);
  const table = new GroupTable(rows, groupBy, columns);
  const widthOf = await loadWidth(table.texts());
  for (const line of table.lines(paint, widthOf)) writer.write(`${line}\n`);
  return leftOut;
}

async function writeTable(
  writer: BatchWriter,
  callers: readonly Caller[],
  captures: readonly CaptureSummary[],
  aggregate: Aggregate,
  columns: number,
  paint: Paint,
): Promise<void> {
  const byScope = grouped(callers, ({ identity }) => identity.scope);
  const capturesOf = grouped(captures, ({ host, name }) => scopeOf(host, name));
  const table = new CallerTable([...byScope.values()].flat(), aggregate.views, columns);
  const widthOf = await loadWidth(table.texts());
  let current: string | undefined;
  for (const { scope, line } of table.lines(paint, widthOf)) {
    if (byScope.size + captures.length > 2 && scope !== undefined && scope !== current) {
      writer.write(
        `\n${wrap(
          scopeTitle(byScope.get(scope)?.[0]?.place ?? scope, capturesOf.get(scope) ?? []),
          columns,
          '  ',
          widthOf,
        )
          .map(paint.strong)
          .join('\n')}\n`,
      );
      current = scope;
    }
    writer.write(`${line}\n`);
    await writer.ready();
  }
}

/** In the order in which each key comes first. */
function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) getOrInsert(groups, keyOf(item), () => []).push(item);
  return groups;
}

/** The host or capture, and what is known of the captures of it. */
function scopeTitle(scope: string, own: readonly CaptureSummary[]): string {
  const summary = summarize(own);
  const names = fewText(
    own.map(({ name }) => name).filter((name) => name !== scope),
    2,
  );
  const time = summary.duration === 0n ? undefined : watchText(summary.duration);
  return joinKnown([escapeText(scope), names, time]);
}

/** What stands below the callers: label and text, in the width of the terminal. */
class Summary {
  /** Of prose. */
  readonly #columns: number;
  readonly #total: number;
  readonly #paint: Paint;
  readonly #aggregate: Aggregate;
  readonly #callers: readonly Caller[];
  readonly #captures: readonly CaptureSummary[];
  readonly #completeness: CompletenessSummary;
  readonly #verdict: Verdict;
  readonly #ignored: Ignored;
  readonly #ignoredTexts: readonly string[];
  readonly #readIn: ReadIn | undefined;

  constructor(
    { columns, readIn }: Pick<ReportOptions, 'columns' | 'readIn'>,
    paint: Paint,
    aggregate: Aggregate,
    callers: readonly Caller[],
    captures: readonly CaptureSummary[],
    hosts: readonly HostVerdict[],
    ignored: Ignored,
  ) {
    this.#columns = Math.min(columns, LABEL + PROSE);
    this.#total = columns;
    this.#readIn = readIn;
    this.#paint = paint;
    this.#aggregate = aggregate;
    this.#callers = callers;
    this.#captures = captures;
    this.#completeness = summarize(captures);
    this.#verdict = verdictOf(aggregate, callers, this.#completeness, hosts, ignored);
    this.#ignored = ignored;
    this.#ignoredTexts = ignored.sentences().ignored;
  }

  /** The texts that may hold names from outside. */
  texts(): string[] {
    const { text, notes, hosts } = this.#verdict;
    const ofHosts = hosts.flatMap(({ host, needed }) => [host, ...needed]);
    return [
      text,
      ...notes,
      ...this.#ignoredTexts,
      ...ofHosts,
      this.#silentText() ?? '',
      ...lossLines(this.#completeness),
    ];
  }

  *lines(widthOf: WidthOf): Iterable<string> {
    const entry = (label: string, text: string): string[] => {
      const lines = wrap(text, this.#columns - LABEL, '', widthOf);
      return lines.map((line, index) => (index === 0 ? label : '').padEnd(LABEL) + line);
    };
    if (this.#completeness.unreadable === this.#captures.length) {
      yield* entry('Verdict', this.#verdict.text).map(this.#paint.unknown);
      return;
    }
    const time = this.#span();
    if (time !== undefined) {
      yield* entry('Time', spanText(time.first, time.last));
      yield* this.#timeline(time.first, time.last);
    }
    yield* entry('Seen', seenText(this.#aggregate, this.#captures, this.#completeness));
    const silent = this.#silentText();
    if (silent !== undefined) yield* entry('Silent', silent);
    for (const [index, line] of lossLines(this.#completeness).entries()) {
      yield* entry(index === 0 ? 'Missing' : '', line);
    }
    for (const [index, line] of this.#ignoredTexts.entries())
      yield* entry(index === 0 ? 'Ignored' : '', line);
    const { v1, unknown, good } = this.#paint;
    const paint = { 'not-ready': v1, 'not-enough-evidence': unknown, ready: good }[this.#verdict.status];
    yield* entry('Verdict', this.#verdict.text).map(paint);
    yield* entry('Enforce', this.#verdict.enforcement).map(paint);
    for (const { label, text } of verdictEntries(this.#verdict)) yield* entry(label, text);
    const next = nextStep(
      this.#aggregate,
      this.#completeness,
      this.#ignored,
      this.#readIn,
      this.#verdict.status,
    );
    if (next !== undefined) yield* entry('Next', next);
  }

  /** Of the captures and of the calls. */
  #span(): { first: bigint; last: bigint } | undefined {
    const { span } = this.#aggregate;
    const first = earliest(this.#completeness.first, span?.first);
    const last = latest(this.#completeness.last, span?.last);
    return first === undefined || last === undefined ? undefined : { first, last };
  }

  *#timeline(first: bigint, last: bigint): Iterable<string> {
    const { timeline } = this.#aggregate;
    const room = Math.min(MAX_SPARKLINE, this.#total - LABEL - NOTE);
    const { width, counts } = columnsOf(timeline, first, last, Math.max(room, 2));
    const v1 = sparkline(counts.map((column) => column[0] ?? 0));
    const others = sparkline(counts.map((column) => column.slice(1).reduce((sum, count) => sum + count, 0)));
    const unit = durationText(width);
    const note = (most: number): string => `  up to ${countText(most)} in ${unit}`;
    if (v1.maximum > 0) yield `${'v1'.padEnd(LABEL)}${this.#paint.v1(v1.text)}${note(v1.maximum)}`;
    if (others.maximum > 0) yield `${'others'.padEnd(LABEL)}${others.text}${note(others.maximum)}`;
  }

  /** Captures of which no row stands in the table. */
  #silentText(): string | undefined {
    if (this.#captures.length < 2 || this.#completeness.eventFiles > 0) return undefined;
    const scopes = new Set(this.#callers.map((caller) => caller.identity.scope));
    const silent = this.#captures.filter(({ host, name }) => !scopes.has(scopeOf(host, name)));
    if (silent.length === 0) return undefined;
    const names = silent.map(({ name }) => name);
    return `no call in ${countOf(silent.length, 'capture')}: ${fewText(names, SILENT_CAPTURES_SHOWN)}`;
  }
}

/** Room for what stands after a sparkline. */
const NOTE = 28;

function earliest(a: bigint | undefined, b: bigint | undefined): bigint | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a < b ? a : b;
}

function latest(a: bigint | undefined, b: bigint | undefined): bigint | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a > b ? a : b;
}
