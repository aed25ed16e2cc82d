import { ExitCode, mostSevere } from '../errors.ts';
import type { CaptureInput } from '../inputs.ts';
import { openInputs } from '../inputs.ts';
import type { CaptureSummary, Endpoint, Problem } from '../model.ts';
import { runCapture } from '../pipeline.ts';
import { createReportSink } from '../report/index.ts';
import type { Findings, Output, ReportFormat, ReportSink } from '../report/types.ts';
import { diagnostic } from './diagnostics.ts';
import { openFileOutput } from './file-output.ts';
import type { Condition } from './flags.ts';
import { Interruption } from './interruption.ts';
import { type ResultOutput, StreamOutput } from './output.ts';
import { ProgressBar } from './progress.ts';
import { colourOf, columnsOf, type Surroundings } from './surroundings.ts';

export interface AnalyzeOptions {
  /** Files, folders, `-` for standard input. */
  paths: readonly string[];
  endpoints: readonly Endpoint[];
  correlations: string | undefined;
  ring: boolean;
  crossCheck: boolean;
  format: ReportFormat;
  calls: boolean;
  ancestors: number;
  /** Absent for standard output. */
  output: string | undefined;
  failOn: readonly Condition[];
}

/** `imds analyze`: reads every capture, prints one report. Gives the exit code; throws an ImdsError. */
export async function analyze(options: AnalyzeOptions, surroundings: Surroundings): Promise<number> {
  const interruption = new Interruption(surroundings.signals);
  const progress = new ProgressBar(surroundings.stderr);
  const codes = new Set<ExitCode>();
  const tell = (problems: readonly Problem[]): void => {
    progress.clear();
    for (const problem of problems) {
      if (problem.damage) codes.add(ExitCode.damagedInput);
      surroundings.stderr.write(diagnostic('analyze', problem));
    }
  };

  const { captures, problems } = await openInputs(options.paths, {
    ring: options.ring,
    ...(options.correlations === undefined ? {} : { correlations: options.correlations }),
    ...(options.paths.includes('-') ? { stdin: surroundings.stdin } : {}),
  });
  tell(problems);
  if (options.crossCheck) await crossCheckAll(captures, options.endpoints);

  const output = await openOutput(options, surroundings, captures, interruption);
  try {
    const terminal = options.output === undefined ? surroundings.stdout : undefined;
    const sink = await createReportSink(
      {
        format: options.format,
        calls: options.calls,
        columns: columnsOf(terminal, surroundings.env),
        colour: colourOf(terminal, surroundings.env),
        ancestors: options.ancestors,
      },
      clearing(output, progress),
    );
    await readAll(captures, options.endpoints, sink, interruption, progress, tell);
    await output.finish();
    const findings = sink.findings();
    if (options.failOn.some((condition) => holds(condition, findings))) codes.add(ExitCode.condition);
  } catch (error) {
    await output.discard();
    throw error;
  } finally {
    progress.clear();
    interruption[Symbol.dispose]();
  }
  return interruption.exitCode ?? mostSevere(codes);
}

async function readAll(
  captures: readonly CaptureInput[],
  endpoints: readonly Endpoint[],
  sink: ReportSink,
  interruption: Interruption,
  progress: ProgressBar,
  tell: (problems: readonly Problem[]) => void,
): Promise<void> {
  const summaries: CaptureSummary[] = [];
  for (const capture of captures) {
    if (interruption.signal.aborted) break;
    const onProgress = (read: number, total: number | undefined) =>
      progress.update(capture.name, read, total);
    const summary = await runCapture(capture, { endpoints, signal: interruption.signal, onProgress }, sink);
    tell(summary.problems);
    summaries.push(summary);
  }
  progress.clear();
  await sink.end(summaries);
}

async function openOutput(
  options: AnalyzeOptions,
  surroundings: Surroundings,
  captures: readonly CaptureInput[],
  interruption: Interruption,
): Promise<ResultOutput> {
  const onBroken = () => interruption.abort();
  if (options.output !== undefined) {
    const inputs = [...captures.flatMap((capture) => capture.files), ...options.paths];
    return openFileOutput(options.output, { inputs, inPlace: options.paths.includes('-'), onBroken });
  }
  return new StreamOutput(surroundings.stdout, 'standard output', onBroken);
}

/** Results may go to the terminal on which the bar stands. */
function clearing(output: Output, progress: ProgressBar): Output {
  return {
    write(text) {
      progress.clear();
      return output.write(text);
    },
    drain: () => output.drain(),
  };
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
