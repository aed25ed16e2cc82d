import type { ExitCode } from '../errors.ts';
import { type EventFile, findEventFiles } from '../events/event-files.ts';
import { type EventFilter, EventReader, type ReadOptions } from '../events/read-events.ts';
import { SavedReportReader } from '../events/saved-report.ts';
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
    return writeReport({
      options: this.#options,
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
    let before = 0;
    const options: ReadOptions = {
      filter: this.#options.filter,
      signal,
      wasStopped: () => this.#interruption.exitCode !== undefined,
      onProgress: ({ path }, bytesRead) => progress.update(path, before + bytesRead, total),
    };
    const summaries: CaptureSummary[] = [];
    const reports = sink.target && new SavedReportReader(options, sink.target);
    // First: which recordings they tell of decides about events.
    const saved = files.filter(({ kind }) => kind === 'report');
    if (reports === undefined) this.#leaveOut(saved);
    for (const file of reports === undefined ? [] : saved) {
      if (signal.aborted) break;
      const report = await reports?.read(file);
      this.#teller.problems(report?.problems ?? []);
      summaries.push(...(report?.captures ?? []));
      before += file.size;
    }
    const reader = new EventReader({
      ...options,
      ...(reports === undefined ? {} : { isCounted: (call) => reports.sessions.has(call) }),
    });
    for (const file of files) {
      if (signal.aborted) break;
      if (file.kind === 'report') continue;
      const summary = await reader.read(file, sink);
      this.#teller.problems(summary.problems);
      summaries.push(summary);
      before += file.size;
    }
    for (const note of reports?.sessions.notes() ?? []) this.#teller.note(note);
    progress.clear();
    await sink.end(summaries);
    return summaries;
  }

  #leaveOut(files: readonly EventFile[]): void {
    const [file] = files;
    if (file === undefined) return;
    const more = files.length === 1 ? '' : `, and ${files.length - 1} more reports,`;
    this.#teller.note(`${file.path}${more} left out: a JSON report has callers and no calls`);
  }
}
