import type { DayCount } from '../callers/days.ts';
import { type HostPart, partsOf } from '../callers/host-part.ts';
import type { IgnorePolicy } from '../callers/ignore.ts';
import { withLeftOut } from '../callers/selection.ts';
import type { CallerTarget, OnHost } from '../callers/types.ts';
import type { AttributedCall, CaptureSummary, Nanoseconds } from '../model.ts';
import { Aggregate } from './aggregate.ts';
import { isIncomplete } from './completeness.ts';
import { HostTotals } from './host-totals.ts';
import { type HostVerdict, hostVerdicts } from './host-verdict.ts';
import { findIgnored, Ignored } from './ignored.ts';
import { savedHost } from './saved-process.ts';
import type { Findings, FormatSink, Output, ReportOptions, ReportSink } from './types.ts';
import { findingsOf } from './verdict.ts';
import type { VerdictOptions } from './verdict-options.ts';

export type { Findings, Output, ReportFormat, ReportOptions, ReportSink } from './types.ts';

/** The sink of a format. What a format needs is loaded with it: start-up time counts. */
export async function createReportSink(options: ReportOptions, output: Output): Promise<ReportSink> {
  return new VerdictSink(
    await createSink(options, output),
    options.verdict,
    options.ignore,
    options.leavesOut,
  );
}

/** Loads what a report may need only at its end: afterwards, the files may not be readable any more. */
export async function loadAhead(): Promise<void> {
  const [{ loadWidth }, { loadPaint }] = await Promise.all([import('./layout.ts'), import('./paint.ts')]);
  await Promise.all([loadWidth(['\u4e00']), loadPaint(true)]);
}

async function createSink(options: ReportOptions, output: Output): Promise<FormatSink> {
  switch (options.format) {
    case 'text': {
      const { createTextSink } = await import('./text.ts');
      return createTextSink(options, output);
    }
    case 'csv': {
      const { createCsvCallerSink, createCsvCallSink } = await import('./csv.ts');
      return options.calls ? createCsvCallSink(output) : createCsvCallerSink(options, output);
    }
    case 'json': {
      const { createJsonSink } = await import('./json.ts');
      return createJsonSink(options, output);
    }
    case 'jsonl': {
      const { createJsonlSink } = await import('./jsonl.ts');
      return createJsonlSink(output);
    }
    case 'html': {
      const [{ createHtmlSink }, { diagnosisOf }] = await Promise.all([
        import('./html/index.ts'),
        import('./diagnosis.ts'),
      ]);
      return createHtmlSink({ ...options, diagnose: diagnosisOf }, output);
    }
    case 'log': {
      const { createLogSink } = await import('./log.ts');
      return createLogSink(options, output);
    }
  }
}

/** Of events, what their sessions say counts, and without one nothing is proven; of captures, what they hold themselves. */
function isReportIncomplete(captures: readonly CaptureSummary[], hosts: readonly HostVerdict[]): boolean {
  if (
    captures.length === 0 ||
    captures.some((capture) => capture.events === undefined && isIncomplete(capture))
  )
    return true;
  if (captures.some(({ problems }) => problems.some(({ damage }) => damage))) return true;
  if (hosts.length === 0) return captures.some(({ events }) => events !== undefined);
  return hosts.some(({ observed }) => (observed?.recordings ?? 0) === 0 || (observed?.gaps.length ?? 0) > 0);
}

/** Makes the verdict of each host, the same for every format, and hands calls on to one of them. */
export class VerdictSink implements ReportSink {
  readonly #sink: FormatSink;
  readonly #options: VerdictOptions;
  readonly #totals = new HostTotals();
  #incomplete = true;
  #verdicts: readonly HostVerdict[] = [];
  readonly #ignore: IgnorePolicy | undefined;
  /** Where the format counts no callers itself, and filters are to be asked of them. */
  readonly #own: Aggregate | undefined;
  #ignored = Ignored.NONE;
  readonly #leavesOut: readonly string[];

  /** @param leavesOut what makes the report leave calls out */
  constructor(
    sink: FormatSink,
    options: VerdictOptions,
    ignore?: IgnorePolicy,
    leavesOut: readonly string[] = [],
  ) {
    this.#leavesOut = leavesOut;
    this.#sink = sink;
    this.#options = options;
    this.#ignore = ignore;
    const counts = sink.aggregate !== undefined || sink.besides !== undefined;
    this.#own = counts || (ignore?.rules.length ?? 0) === 0 ? undefined : new Aggregate();
  }

  /** Callers that were counted before go to the format's rows, and to the totals of their hosts. */
  get target(): CallerTarget | undefined {
    const { aggregate } = this.#sink;
    return (
      aggregate && {
        addCaller: (caller) => {
          aggregate.addCaller(caller);
          this.#addParts(partsOf(caller), caller.last, caller.days);
        },
        raiseCaller: (saved) => {
          const caller = this.#withId(saved);
          const { counts, succeeded, days } = aggregate.raiseCaller(caller);
          const parts = partsOf(caller);
          const raised = parts.length > 1 ? parts : parts.map((part) => ({ ...part, counts, succeeded }));
          // Its host's name is that of the example.
          this.#addParts(raised, caller.example.time, days);
        },
        leaveOut: (leftOut) => this.#totals.leaveOutOf(leftOut),
        leaveOutRaised: (leftOut) => this.#totals.leaveOutRaised(this.#withId(leftOut)),
        raiseBefore: (caller, days) => this.#totals.raiseBefore(this.#withId(caller), days),
        addTime: (width, start, counts) => aggregate.addTime(width, start, counts),
        addNoToken: (host, start, count) => this.#totals.addNoToken(host, start, count),
      }
    );
  }

  /**
   * @param time when the hosts had those names
   * @param days of a row of several hosts, nobody knows which days are whose
   */
  #addParts(parts: readonly HostPart[], time: Nanoseconds, days: readonly DayCount[]): void {
    for (const part of parts) {
      this.#totals.names.add(savedHost(part), time);
      this.#totals.addPart(part, parts.length === 1 ? days : []);
    }
  }

  call(call: AttributedCall): void {
    this.#totals.add(call);
    this.#own?.add(call);
    this.#sink.call(call);
  }

  context(call: AttributedCall): void {
    this.#sink.context?.(call);
  }

  leftOut(call: AttributedCall): void {
    this.#totals.leaveOut(call, this.#options.window?.since);
  }

  ready(): Promise<void> | undefined {
    return this.#sink.ready();
  }

  end(captures: readonly CaptureSummary[]): Promise<void> {
    const aggregate = this.#sink.aggregate ?? this.#sink.besides ?? this.#own;
    if (this.#ignore !== undefined && aggregate !== undefined) {
      this.#ignored = findIgnored(aggregate, this.#ignore);
      for (const caller of this.#ignored.callers.keys())
        this.#totals.ignore(caller, this.#options.window?.since);
    }
    this.#verdicts = hostVerdicts(this.#totals, captures, this.#options);
    aggregate?.showHosts(new Map(this.#verdicts.map(({ scope, shown }) => [scope, shown])));
    this.#incomplete = (this.#options.unread ?? 0) > 0 || isReportIncomplete(captures, this.#verdicts);
    // Its host is told by the options themselves what is left out here.
    const told = captures.map((capture) => withLeftOut(capture, this.#leavesOut));
    return this.#sink.end(told, this.#verdicts, this.findings(), this.#ignored);
  }

  /** Inventories of earlier versions have no ids of hosts: they are read last, and what was read before may tell. */
  #withId<C extends OnHost>(caller: C): C {
    if (caller.hostId !== undefined || caller.host === undefined) return caller;
    return { ...caller, hostId: this.#totals.names.idOf(caller.host) };
  }

  get rowsLeftOut(): number {
    return this.#sink.rowsLeftOut ?? 0;
  }

  findings(): Findings {
    return findingsOf(this.#verdicts, this.#incomplete);
  }

  verdicts(): readonly HostVerdict[] {
    return this.#verdicts;
  }

  ignored(): Ignored {
    return this.#ignored;
  }
}
