import type { Sink } from '../ports.ts';
import { DEFAULT_VERDICT } from '../report/host-verdict.ts';
import { createReportSink, VerdictSink } from '../report/index.ts';
import { type LogLevel, reaches } from '../report/log.ts';
import { createTextSink } from '../report/text.ts';
import type { Output, ReportFormat } from '../report/types.ts';
import type { LiveOptions } from './live-options.ts';
import { StreamOutput } from './output.ts';
import { colourOf, columnsOf, type Surroundings, type TerminalStream } from './surroundings.ts';

/** Where the calls of a session are shown. */
export interface LiveSinks {
  sinks: readonly Sink[];
  /** Its callers so far are shown in the status line. */
  report: Awaited<ReturnType<typeof createTextSink>>;
}

type ShownOptions = Pick<LiveOptions, 'jsonl' | 'quiet' | 'ancestors' | 'timeText' | 'level' | 'ignore'>;

/**
 * Calls as they come; then callers and the verdict, on standard error where calls are for programs.
 *
 * @param calls standard output
 */
export async function createLiveSinks(
  { jsonl, quiet, ancestors, timeText, level, ignore }: ShownOptions,
  { stdout, stderr, env }: Surroundings,
  calls: Output,
): Promise<LiveSinks> {
  const optionsFor = (stream: TerminalStream, format: ReportFormat) => ({
    format,
    calls: false,
    columns: columnsOf(stream, env),
    colour: colourOf(stream, env),
    ancestors,
    timeText,
    verdict: DEFAULT_VERDICT,
  });
  const report = await createTextSink(
    optionsFor(jsonl ? stderr : stdout, 'text'),
    jsonl ? new StreamOutput(stderr, 'standard error', () => {}) : calls,
  );
  const verdict = new VerdictSink(report, DEFAULT_VERDICT, ignore);
  if (quiet) return { sinks: [verdict], report };
  const shown = await createReportSink(optionsFor(stdout, jsonl ? 'jsonl' : 'log'), calls);
  return { sinks: [level === 'info' ? shown : atLeast(level, shown), verdict], report };
}

/** Of the calls, those whose lines have that level. */
function atLeast(level: LogLevel, sink: Sink): Sink {
  return {
    call: (call) => {
      if (reaches(call, level)) sink.call(call);
    },
    ready: () => sink.ready(),
    end: (captures) => sink.end(captures),
  };
}
