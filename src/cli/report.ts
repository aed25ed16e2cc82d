import type { ExitCode } from '../errors.ts';
import { type EventFile, findEventFiles } from '../events/event-files.ts';
import { type EventFilter, EventReader } from '../events/read-events.ts';
import type { CaptureSummary } from '../model.ts';
import type { ReportSink } from '../report/types.ts';
import { Interruption } from './interruption.ts';
import type { Surroundings } from './surroundings.ts';
import { Teller } from './teller.ts';
import { type ReportOutputOptions, writeReport } from './write-report.ts';

export interface ReportOptions extends ReportOutputOptions {
  /** Files and folders of saved events. */
  paths: readonly string[];
  filter: EventFilter;
}

/** `imds report`: reads saved events, prints one report. Gives the exit code; throws an ImdsError. */
export async function report(options: ReportOptions, surroundings: Surroundings): Promise<number> {
  const interruption = new Interruption(surroundings.signals);
  try {
    const code = await new ReportRun(options, surroundings, interruption).run();
    return interruption.exitCode ?? code;
  } finally {
    interruption[Symbol.dispose]();
  }
}

class ReportRun {
  readonly #options: ReportOptions;
  readonly #surroundings: Surroundings;
  readonly #interruption: Interruption;
  readonly #teller: Teller;

  constructor(options: ReportOptions, surroundings: Surroundings, interruption: Interruption) {
    this.#options = options;
    this.#surroundings = surroundings;
    this.#interruption = interruption;
    this.#teller = new Teller('report', surroundings.stderr);
  }

  async run(): Promise<ExitCode> {
    const { files, problems } = await findEventFiles(this.#options.paths);
    this.#teller.problems(problems);
    const unread = problems.filter(({ damage }) => damage).length;
    return writeReport({
      options: { ...this.#options, verdict: { ...this.#options.verdict, unread } },
      surroundings: this.#surroundings,
      teller: this.#teller,
      inputs: files.map(({ path }) => path),
      inPlace: false,
      tellsVerdict: true,
      onBroken: () => this.#interruption.abort(),
      read: (sink) => this.#readAll(files, sink),
    });
  }

  async #readAll(files: readonly EventFile[], sink: ReportSink): Promise<CaptureSummary[]> {
    const { signal } = this.#interruption;
    const { progress } = this.#teller;
    const total = files.reduce((sum, { size }) => sum + size, 0);
    const summaries: CaptureSummary[] = [];
    let before = 0;
    const reader = new EventReader({
      filter: this.#options.filter,
      signal,
      wasStopped: () => this.#interruption.exitCode !== undefined,
      onProgress: ({ path }, bytesRead) => progress.update(path, before + bytesRead, total),
    });
    for (const file of files) {
      if (signal.aborted) break;
      const summary = await reader.read(file, sink);
      this.#teller.problems(summary.problems);
      summaries.push(summary);
      before += file.size;
    }
    progress.clear();
    await sink.end(summaries);
    return summaries;
  }
}
