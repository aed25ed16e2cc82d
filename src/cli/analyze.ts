import { endpointText } from '../endpoints.ts';
import { type ExitCode, FailureError } from '../errors.ts';
import { type CaptureInput, openInputs } from '../inputs.ts';
import type { CaptureSummary, Endpoint } from '../model.ts';
import { runCapture } from '../pipeline.ts';
import type { ReportSink } from '../report/types.ts';
import { aborted } from './aborted.ts';
import { CrossChecker } from './cross-checker.ts';
import { endpointsOf } from './endpoint.ts';
import { Interruption } from './interruption.ts';
import type { Surroundings } from './surroundings.ts';
import { Teller } from './teller.ts';
import { keepYoungGenerationSmall } from './v8.ts';
import { type ReportOutputOptions, writeReport } from './write-report.ts';

export interface AnalyzeOptions extends ReportOutputOptions {
  /** Files, folders, `-` for standard input. */
  paths: readonly string[];
  /** Undefined: those of EC2, and what the session of a capture watched. */
  endpoints: readonly Endpoint[] | undefined;
  correlations: string | undefined;
  ring: boolean;
  crossCheck: boolean;
}

/** `imds analyze`: reads every capture, prints one report. Gives the exit code; throws an ImdsError. */
export async function analyze(options: AnalyzeOptions, surroundings: Surroundings): Promise<number> {
  keepYoungGenerationSmall();
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
  readonly #teller: Teller;
  readonly #checker: CrossChecker | undefined;

  constructor(options: AnalyzeOptions, surroundings: Surroundings, interruption: Interruption) {
    this.#options = options;
    this.#surroundings = surroundings;
    this.#interruption = interruption;
    this.#teller = new Teller('analyze', surroundings);
    this.#checker = options.crossCheck ? new CrossChecker(options.paths) : undefined;
  }

  async report(): Promise<ExitCode> {
    const captures = await this.#open();
    const { paths } = this.#options;
    return writeReport({
      options: this.#options,
      surroundings: this.#surroundings,
      teller: this.#teller,
      inputs: this.#inputs(captures),
      inPlace: paths.includes('-'),
      tellsVerdict: false,
      onBroken: () => this.#interruption.abort(),
      read: (sink) => this.#readAll(captures, sink),
    });
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
    this.#teller.problems(opened.problems);
    return opened.captures;
  }

  #inputs(captures: readonly CaptureInput[]): string[] {
    const { paths, correlations } = this.#options;
    return [
      ...paths.map((path) => (path === '-' ? '/dev/stdin' : path)),
      ...captures.flatMap((capture) => capture.files),
      ...captures.flatMap(({ parts }) => parts.flatMap((part) => part.correlations ?? [])),
      ...(correlations === undefined ? [] : [correlations]),
    ];
  }

  async #readAll(captures: readonly CaptureInput[], sink: ReportSink): Promise<CaptureSummary[]> {
    const { signal } = this.#interruption;
    const summaries: CaptureSummary[] = [];
    for (const capture of captures) {
      if (signal.aborted) break;
      const endpoints = endpointsOf(this.#options.endpoints, capture.parts);
      const read = await runCapture(
        capture,
        {
          endpoints,
          signal,
          wasStopped: () => this.#interruption.exitCode !== undefined,
          onProgress: (bytesRead, total) => this.#teller.progress.update(capture.name, bytesRead, total),
        },
        this.#checker?.tap(sink) ?? sink,
      );
      const summary = { ...read, searched: this.#options.endpoints?.map(endpointText) };
      this.#teller.problems(summary.problems);
      summaries.push(summary);
      if (!signal.aborted) await this.#crossCheck(summary, capture, endpoints);
    }
    this.#teller.progress.clear();
    await sink.end(summaries);
    return summaries;
  }

  /** Two readers that differ are told at once, and the report is still printed. */
  async #crossCheck(
    summary: CaptureSummary,
    { parts }: CaptureInput,
    endpoints: readonly Endpoint[],
  ): Promise<void> {
    if (this.#checker === undefined) return;
    try {
      this.#teller.note(await this.#checker.check(summary, parts, endpoints));
    } catch (error) {
      if (!(error instanceof FailureError)) throw error;
      this.#teller.error(error);
    }
  }
}
