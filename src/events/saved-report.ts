import { createHash } from 'node:crypto';
import { leavesOutOf } from '../callers/selection.ts';
import type { CallerTarget } from '../callers/types.ts';
import type { Problem } from '../model.ts';
import type { EventFile } from './event-files.ts';
import { isOfZlib } from './gunzip.ts';
import { readChunks } from './lines.ts';
import type { ReadOptions } from './read-events.ts';
import { MAX_BYTES, ReportReading, type SavedReport } from './report-reading.ts';
import { isEverything } from './saved-filter.ts';
import { SessionsOfReports } from './saved-sessions.ts';

/** Reads JSON reports of `imds analyze` and `imds report`; each counts once, whatever its file is called. */
export class SavedReportReader {
  readonly #options: ReadOptions;
  readonly #target: CallerTarget;
  /** First file of each content. */
  readonly #known = new Map<string, string>();
  readonly sessions = new SessionsOfReports();

  constructor(options: ReadOptions, target: CallerTarget) {
    this.#options = options;
    this.#target = target;
  }

  async read(file: EventFile): Promise<SavedReport> {
    const { path } = file;
    const reading = new ReportReading(path, this.#options.filter, this.#target);
    try {
      const { digest, isTooLong } = await this.#digest(file);
      const other = this.#known.get(digest);
      if (isTooLong) reading.tooLong();
      else if (other !== undefined) return { captures: [], problems: [repeated(path, other)] };
      else {
        this.#known.set(digest, path);
        await this.#parse(file, reading);
      }
    } catch (error) {
      reading.broke(error);
    }
    if (this.#options.wasStopped()) reading.stopped();
    const report = reading.end();
    const leavesOut = leavesOutOf(report.captures);
    const isWhole =
      isEverything(this.#options.filter) && report.problems.length === 0 && leavesOut.length === 0;
    if (leavesOut.length > 0) report.problems.push(partial(path, leavesOut));
    report.problems.push(...this.sessions.add(path, report.captures, isWhole));
    return report;
  }

  async #digest({ location }: EventFile): Promise<{ digest: string; isTooLong: boolean }> {
    const hash = createHash('sha256');
    const stop = new AbortController();
    let bytes = 0;
    const take = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_BYTES || this.#options.signal.aborted) stop.abort();
      else hash.update(chunk);
    };
    await readChunks(location, take, stop.signal).catch((error) => {
      // It fails again when it is parsed, and what stands before the damage is to be in the report.
      if (!isOfZlib(error)) throw error;
    });
    return { digest: hash.digest('hex'), isTooLong: bytes > MAX_BYTES };
  }

  async #parse(file: EventFile, reading: ReportReading): Promise<void> {
    const stop = new AbortController();
    let bytes = 0;
    await readChunks(
      file.location,
      (chunk, bytesRead) => {
        bytes += chunk.length;
        reading.push(chunk);
        this.#options.onProgress(file, bytesRead);
        if (bytes > MAX_BYTES || reading.isOver || this.#options.signal.aborted) stop.abort();
      },
      stop.signal,
    );
  }
}

function repeated(path: string, other: string): Problem {
  const message = `${path}: the same report as ${other}; it counts once`;
  return { code: 'report.repeated', message, damage: false };
}

/** Whoever made it was told of the calls that he asked for; who reads it may ask for others. */
function partial(path: string, leavesOut: readonly string[]): Problem {
  const message = `${path}: a report that was made with ${leavesOut.join(' and ')}, which left calls out; no host is READY by it`;
  return { code: 'report.selected', message, remedy: 'Read what it was made of instead.', damage: false };
}
