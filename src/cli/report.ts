import { ExitCode, mostSevere } from '../errors.ts';
import type { EventFile } from '../events/event-files.ts';
import { findEventFiles } from '../events/event-files.ts';
import { type EventFilter, EventReader } from '../events/read-events.ts';
import type { CaptureSummary, Problem } from '../model.ts';
import type { ReportSink } from '../report/types.ts';
import { diagnostic } from './diagnostics.ts';
import { Interruption } from './interruption.ts';
import { ProgressBar } from './progress.ts';
import type { Surroundings } from './surroundings.ts';
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
  readonly #progress: ProgressBar;
  readonly #codes = new Set<ExitCode>();

  constructor(options: ReportOptions, surroundings: Surroundings, interruption: Interruption) {
    this.#options = options;
    this.#surroundings = surroundings;
    this.#interruption = interruption;
    this.#progress = new ProgressBar(surroundings.stderr);
  }

  async run(): Promise<ExitCode> {
    const { files, problems } = await findEventFiles(this.#options.paths);
    this.#tell(problems);
    const code = await writeReport({
      command: 'report',
      options: this.#options,
      surroundings: this.#surroundings,
      progress: this.#progress,
      inputs: files.map(({ path }) => path),
      inPlace: false,
      onBroken: () => this.#interruption.abort(),
      say: (line) => this.#say(line),
      read: (sink) => this.#readAll(files, sink),
    });
    this.#codes.add(code);
    return mostSevere(this.#codes);
  }

  async #readAll(files: readonly EventFile[], sink: ReportSink): Promise<CaptureSummary[]> {
    const { signal } = this.#interruption;
    const total = files.reduce((sum, { size }) => sum + size, 0);
    const summaries: CaptureSummary[] = [];
    let before = 0;
    let name = '';
    const reader = new EventReader({
      filter: this.#options.filter,
      signal,
      onProgress: (bytesRead) => this.#progress.update(name, before + bytesRead, total),
    });
    for (const file of files) {
      if (signal.aborted) break;
      name = file.path;
      const summary = await reader.read(file, sink);
      this.#tell(summary.problems);
      summaries.push(summary);
      before += file.size;
    }
    this.#progress.clear();
    await sink.end(summaries);
    return summaries;
  }

  #tell(problems: readonly Problem[]): void {
    for (const problem of problems) {
      if (problem.damage) this.#codes.add(ExitCode.damagedInput);
      this.#say(diagnostic('report', problem));
    }
  }

  #say(line: string): void {
    this.#progress.clear();
    this.#surroundings.stderr.write(line);
  }
}
