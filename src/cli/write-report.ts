import type { IgnorePolicy } from '../callers/ignore.ts';
import { ExitCode, mostSevere } from '../errors.ts';
import type { CaptureSummary } from '../model.ts';
import type { Ignored } from '../report/ignored.ts';
import { createReportSink } from '../report/index.ts';
import { leftOutText } from '../report/rows.ts';
import type { Findings, Output, ReportFormat, ReportSink, RowOptions } from '../report/types.ts';
import { verdictLine } from '../report/verdict.ts';
import type { VerdictOptions } from '../report/verdict-options.ts';
import { openFileOutput } from './file-output.ts';
import type { Condition } from './flags.ts';
import { type ResultOutput, StreamOutput, WITH_OUTPUT_OPTION } from './output.ts';
import type { ProgressBar } from './progress.ts';
import { colourOf, columnsOf, type Surroundings } from './surroundings.ts';
import type { Teller } from './teller.ts';

/** What every command that reports calls is told of its output. */
export interface ReportOutputOptions extends RowOptions {
  format: ReportFormat;
  calls: boolean;
  ancestors: number;
  /** Absent for standard output. */
  output: string | undefined;
  verdict: VerdictOptions;
  /** What makes the report leave calls out, such as options: to be told to whoever reads it again. */
  leavesOut?: readonly string[] | undefined;
  /** Callers that are known and accepted. */
  ignore?: IgnorePolicy | undefined;
  failOn: readonly Condition[];
}

export interface ReportJob {
  options: ReportOutputOptions;
  surroundings: Surroundings;
  teller: Teller;
  /** Files that are read: none of them is written over. */
  inputs: readonly string[];
  /** The input is being written meanwhile, by a pipe: see {@link openFileOutput}. */
  inPlace: boolean;
  /** Whether a format that has no place for the verdict has it said on standard error. */
  tellsVerdict: boolean;
  /** The output takes no more. */
  onBroken(): void;
  /** Reads everything into the sink, and ends it. */
  read(sink: ReportSink): Promise<CaptureSummary[]>;
}

/** Reads, writes the report, and looks whether a condition of `--fail-on` holds. Gives the exit code. */
export async function writeReport(job: ReportJob): Promise<ExitCode> {
  const { options, teller } = job;
  const output = await openOutput(job);
  try {
    const sink = await createSink(job, output);
    const summaries = await job.read(sink);
    // Nothing was read: what an earlier run wrote is worth more than an empty report.
    if (isFile(options.output) && !summaries.some(isRead)) {
      await output.discard();
      teller.note(`nothing could be read; ${options.output} was not written`);
    } else await output.finish();
    tellIgnored(job, sink.ignored());
    if (job.tellsVerdict && !SHOWS_VERDICT.has(options.format)) teller.note(verdictLine(sink.verdicts()));
    if (sink.rowsLeftOut > 0 && options.format !== 'text')
      teller.note(leftOutText(sink.rowsLeftOut, options));
    const findings = sink.findings();
    if (options.failOn.some((condition) => holds(condition, findings))) teller.codes.add(ExitCode.condition);
  } catch (error) {
    await output.discard();
    throw error;
  } finally {
    teller.progress.clear();
  }
  return mostSevere(teller.codes);
}

/** Of the others, whoever runs the command is told on standard error. */
const SHOWS_VERDICT: ReadonlySet<ReportFormat> = new Set(['text', 'csv', 'json', 'html']);

/** Formats of single calls have no place for callers, and CSV has none for filters that have expired. */
function tellIgnored({ options: { format, calls }, teller }: ReportJob, ignored: Ignored): void {
  const showsCallers = !calls || format === 'text';
  if (showsCallers && SHOWS_VERDICT.has(format) && format !== 'csv') return;
  const { ignored: callers, expired } = ignored.sentences();
  if (!(format === 'csv' && showsCallers)) for (const text of callers) teller.note(`ignored: ${text}`);
  for (const text of expired) teller.note(text);
}

function isFile(output: string | undefined): output is string {
  return output !== undefined && output !== '-';
}

function openOutput(job: ReportJob): Promise<ResultOutput> | ResultOutput {
  const { output } = job.options;
  if (!isFile(output)) {
    const { stdout } = job.surroundings;
    return new StreamOutput(stdout, 'standard output', job.onBroken, WITH_OUTPUT_OPTION);
  }
  return openFileOutput(output, { inputs: job.inputs, inPlace: job.inPlace, onBroken: job.onBroken });
}

function createSink({ options, surroundings, teller }: ReportJob, output: Output): Promise<ReportSink> {
  const { format, calls, ancestors, verdict, leavesOut, ignore, groupBy, top } = options;
  const { stdout, env } = surroundings;
  const terminal = isFile(options.output) ? undefined : stdout;
  const columns = columnsOf(terminal, env);
  const colour = colourOf(terminal, env);
  return createReportSink(
    { format, calls, columns, colour, ancestors, verdict, leavesOut, ignore, groupBy, top },
    clearing(output, teller.progress),
  );
}

/** Results may go to the terminal on which the progress bar stands. */
function clearing(output: Output, progress: ProgressBar): Output {
  return {
    write: (text) => {
      progress.clear();
      return output.write(text);
    },
    drain: () => output.drain(),
  };
}

function isRead({ packets, events = 0, callers = 0, problems }: CaptureSummary): boolean {
  return packets + events + callers > 0 || !problems.some(({ damage }) => damage);
}

function holds(condition: Condition, findings: Findings): boolean {
  switch (condition) {
    case 'v1':
      return findings.v1 > 0;
    case 'unknown':
      return findings.unknown > 0;
    case 'incomplete':
      return findings.incomplete;
    case 'not-ready':
      return !findings.ready;
  }
}
