import { existsSync } from 'node:fs';
import { ExitCode, InputError } from '../errors.ts';
import {
  type EventFile,
  type EventFileKind,
  type FoundFiles,
  findEventFiles,
} from '../events/event-files.ts';
import { FileTally } from '../events/file-tally.ts';
import { raiseToInventory } from '../events/inventory-reader.ts';
import { SessionRoom } from '../events/known-sessions.ts';
import { type EventFilter, EventReader, type ReadOptions } from '../events/read-events.ts';
import { SavedReportReader } from '../events/saved-report.ts';
import type { AttributedCall, CaptureSummary } from '../model.ts';
import type { ReportSink } from '../report/types.ts';
import { countOf } from '../words.ts';
import { Interruption } from './interruption.ts';
import type { Surroundings } from './surroundings.ts';
import { Teller } from './teller.ts';
import { keepYoungGenerationSmall, optimizeLate } from './v8.ts';
import { type ReportOutputOptions, writeReport } from './write-report.ts';

export interface ReportOptions extends ReportOutputOptions {
  /** Files and folders of saved events, reports and inventories. */
  paths: readonly string[];
  /** Where this host's own are. */
  ownPaths: readonly string[];
  /** Of those, what somebody named: it has to be there. */
  namedPaths: readonly string[];
  filter: EventFilter;
}

/** `imds report`: reads saved events, prints one report. Gives the exit code; throws an ImdsError. */
export async function report(options: ReportOptions, surroundings: Surroundings): Promise<number> {
  keepYoungGenerationSmall();
  optimizeLate();
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
    this.#teller = new Teller('report', surroundings);
  }

  async run(): Promise<ExitCode> {
    const { files, problems } = await this.#find();
    this.#teller.problems(problems);
    const unread = problems.filter(({ damage }) => damage).length;
    const { verdict, leavesOut = [] } = this.#options;
    return writeReport({
      options: {
        ...this.#options,
        verdict: { ...verdict, unread },
        leavesOut:
          unread === 0 ? leavesOut : [...leavesOut, `${countOf(unread, 'input')} that could not be read`],
      },
      surroundings: this.#surroundings,
      teller: this.#teller,
      inputs: files.map(({ path }) => path),
      inPlace: false,
      tellsVerdict: true,
      onBroken: () => this.#interruption.abort(),
      read: (sink) => this.#readAll(files, sink),
    });
  }

  /** Of a host's own files, some may be missing: a session may keep no logs, or no inventory. */
  async #find(): Promise<FoundFiles> {
    const { paths, ownPaths, namedPaths } = this.#options;
    const there = ownPaths.filter((path) => namedPaths.includes(path) || existsSync(path));
    if (paths.length + there.length === 0) throw nothingSaved(ownPaths);
    const found = await findEventFiles([...paths, ...there]);
    if (paths.length > 0 || found.files.length === 0) return found;
    return { ...found, problems: found.problems.filter(({ code }) => code !== 'events.none') };
  }

  async #readAll(files: readonly EventFile[], sink: ReportSink): Promise<CaptureSummary[]> {
    const { progress } = this.#teller;
    const total = files.reduce((sum, { size }) => sum + size, 0);
    let before = 0;
    const options: ReadOptions = {
      filter: this.#options.filter,
      signal: this.#interruption.signal,
      wasStopped: () => this.#interruption.exitCode !== undefined,
      onProgress: ({ path }, bytesRead) => progress.update(path, before + bytesRead, total),
    };
    let unread: EventFile | undefined;
    const read = async (kinds: readonly EventFileKind[], one: (file: EventFile) => Promise<void>) => {
      for (const file of files.filter(({ kind }) => kinds.includes(kind))) {
        if (options.signal.aborted) {
          unread ??= file;
          return;
        }
        await one(file);
        before += file.size;
      }
    };
    const summaries = await this.#readKinds(read, files.length, options, sink);
    if (unread !== undefined && options.wasStopped()) summaries.push(this.#notRead(unread));
    progress.clear();
    await sink.end(summaries);
    return summaries;
  }

  /** Of the files that nobody came to, one stands for all: what they have may be of any host. */
  #notRead(file: EventFile): CaptureSummary {
    const tally = new FileTally(file, new SessionRoom());
    tally.stopped();
    const summary = tally.summary();
    this.#teller.problems(summary.problems);
    return summary;
  }

  /** Reports first, because they decide about events; inventories last, when all else was counted. */
  async #readKinds(
    read: ReadKinds,
    count: number,
    options: ReadOptions,
    sink: ReportSink,
  ): Promise<CaptureSummary[]> {
    const { target } = sink;
    const summaries: CaptureSummary[] = [];
    const add = (summary: CaptureSummary) => {
      this.#teller.problems(summary.problems);
      summaries.push(summary);
    };
    if (target === undefined) {
      let leftOut = 0;
      await read(['report', 'inventory'], async ({ path }) => {
        leftOut++;
        this.#teller.note(`${path} left out: it has callers and no calls`);
      });
      if (leftOut > 0 && leftOut === count) this.#teller.codes.add(ExitCode.damagedInput);
    }
    const reports = target && new SavedReportReader(options, target);
    if (reports !== undefined) {
      await read(['report'], async (file) => {
        const { captures, problems } = await reports.read(file);
        this.#teller.problems(problems);
        summaries.push(...captures);
      });
    }
    const isCounted = (call: AttributedCall) => reports?.sessions.has(call) === true;
    const reader = new EventReader({ ...options, isCounted });
    await read(['events', 'log'], async (file) => {
      const summary = await reader.read(file, sink);
      // Of most logs beside events there is nothing to tell: what they have is in these.
      if (!file.isBesideEvents || summary.problems.length > 0) add(summary);
    });
    if (target !== undefined) {
      await read(['inventory'], async (file) => add(await raiseToInventory(file, target, options)));
    }
    const notes = [...(reports?.sessions.notes() ?? []), ...(options.filter.hosts?.notes ?? [])];
    for (const note of notes) this.#teller.note(note);
    return summaries;
  }
}

type ReadKinds = (kinds: readonly EventFileKind[], one: (file: EventFile) => Promise<void>) => Promise<void>;

function nothingSaved(paths: readonly string[]): InputError {
  return new InputError(`nothing is saved on this host: there is no ${paths.join(', and no ')}`, {
    code: 'events.none',
    remedy: 'Run `imds live` first, or name files or folders of saved events.',
  });
}
