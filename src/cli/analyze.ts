import { ExitCode, FailureError, mostSevere } from '../errors.ts';
import { type CaptureInput, openInputs } from '../inputs.ts';
import type { CaptureSummary, Endpoint, Problem } from '../model.ts';
import { runCapture } from '../pipeline.ts';
import { createReportSink } from '../report/index.ts';
import type { Findings, Output, ReportFormat, ReportSink } from '../report/types.ts';
import { CrossChecker } from './cross-checker.ts';
import { diagnostic, note } from './diagnostics.ts';
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
  const run = new Analysis(options, surroundings, interruption);
  try {
    const code = await run.report();
    return interruption.exitCode ?? code;
  } finally {
    interruption[Symbol.dispose]();
  }
}

class Analysis {
  readonly #options: AnalyzeOptions;
  readonly #surroundings: Surroundings;
  readonly #interruption: Interruption;
  readonly #progress: ProgressBar;
  readonly #checker: CrossChecker | undefined;
  readonly #codes = new Set<ExitCode>();

  constructor(options: AnalyzeOptions, surroundings: Surroundings, interruption: Interruption) {
    this.#options = options;
    this.#surroundings = surroundings;
    this.#interruption = interruption;
    this.#progress = new ProgressBar(surroundings.stderr);
    this.#checker = options.crossCheck ? new CrossChecker(options.paths, options.endpoints) : undefined;
  }

  async report(): Promise<ExitCode> {
    const captures = await this.#open();
    const output = await this.#openOutput(captures);
    try {
      const sink = await this.#createSink(output);
      const summaries = await this.#readAll(captures, sink);
      // Nothing was read: what an earlier run wrote is worth more than an empty report.
      if (this.#options.output !== undefined && this.#options.output !== '-' && !summaries.some(isRead)) {
        await output.discard();
        this.#say(note('analyze', `nothing could be read; ${this.#options.output} was not written`));
      } else await output.finish();
      const findings = sink.findings();
      if (this.#options.failOn.some((condition) => holds(condition, findings))) {
        this.#codes.add(ExitCode.condition);
      }
    } catch (error) {
      await output.discard();
      throw error;
    } finally {
      this.#progress.clear();
    }
    return mostSevere(this.#codes);
  }

  async #open(): Promise<readonly CaptureInput[]> {
    const { paths, ring, correlations } = this.#options;
    const opening = openInputs(paths, {
      ring,
      ...(correlations === undefined ? {} : { correlations }),
      ...(paths.includes('-') ? { stdin: this.#surroundings.stdin } : {}),
    });
    // Standard input may keep its first bytes for ever.
    const opened = await Promise.race([opening, aborted(this.#interruption.signal)]);
    if (opened === undefined) return [];
    this.#tell(opened.problems);
    return opened.captures;
  }

  #openOutput(captures: readonly CaptureInput[]): Promise<ResultOutput> | ResultOutput {
    const { output, paths, correlations } = this.#options;
    const onBroken = () => this.#interruption.abort();
    if (output === undefined || output === '-')
      return new StreamOutput(this.#surroundings.stdout, 'standard output', onBroken);
    const inputs = [
      ...paths.map((path) => (path === '-' ? '/dev/stdin' : path)),
      ...captures.flatMap((capture) => capture.files),
      ...captures.flatMap(({ parts }) => parts.flatMap((part) => part.correlations ?? [])),
      ...(correlations === undefined ? [] : [correlations]),
    ];
    return openFileOutput(output, { inputs, inPlace: paths.includes('-'), onBroken });
  }

  #createSink(output: ResultOutput): Promise<ReportSink> {
    const { format, calls, ancestors } = this.#options;
    const { stdout, env } = this.#surroundings;
    const { output: file } = this.#options;
    const terminal = file === undefined || file === '-' ? stdout : undefined;
    const columns = columnsOf(terminal, env);
    const colour = colourOf(terminal, env);
    return createReportSink({ format, calls, columns, colour, ancestors }, this.#clearing(output));
  }

  /** Results may go to the terminal on which the progress bar stands. */
  #clearing(output: Output): Output {
    return {
      write: (text) => {
        this.#progress.clear();
        return output.write(text);
      },
      drain: () => output.drain(),
    };
  }

  async #readAll(captures: readonly CaptureInput[], sink: ReportSink): Promise<CaptureSummary[]> {
    const { signal } = this.#interruption;
    const summaries: CaptureSummary[] = [];
    for (const capture of captures) {
      if (signal.aborted) break;
      const summary = await runCapture(
        capture,
        {
          endpoints: this.#options.endpoints,
          signal,
          wasStopped: () => this.#interruption.exitCode !== undefined,
          onProgress: (bytesRead, total) => this.#progress.update(capture.name, bytesRead, total),
        },
        this.#checker?.tap(sink) ?? sink,
      );
      this.#tell(summary.problems);
      summaries.push(summary);
      if (!signal.aborted) await this.#crossCheck(summary, capture);
    }
    this.#progress.clear();
    await sink.end(summaries);
    return summaries;
  }

  /** Two readers that differ are told at once, and the report is still printed. */
  async #crossCheck(summary: CaptureSummary, { parts }: CaptureInput): Promise<void> {
    if (this.#checker === undefined) return;
    try {
      this.#say(note('analyze', await this.#checker.check(summary, parts)));
    } catch (error) {
      if (!(error instanceof FailureError)) throw error;
      this.#codes.add(error.exitCode);
      this.#say(diagnostic('analyze', error));
    }
  }

  #tell(problems: readonly Problem[]): void {
    for (const problem of problems) {
      if (problem.damage) this.#codes.add(ExitCode.damagedInput);
      this.#say(diagnostic('analyze', problem));
    }
  }

  #say(line: string): void {
    this.#progress.clear();
    this.#surroundings.stderr.write(line);
  }
}

function isRead({ packets, problems }: CaptureSummary): boolean {
  return packets > 0 || !problems.some(({ damage }) => damage);
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(undefined), { once: true }));
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
