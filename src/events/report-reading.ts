import { DAY_NS, dayStart } from '../callers/days.ts';
import { KINDS, type KindCounts } from '../callers/kinds.ts';
import type { CallerTarget } from '../callers/types.ts';
import { type CaptureSummary, INTERRUPTED, type Problem } from '../model.ts';
import { HostIds } from './host-ids.ts';
import { countOf, countsOf, objectOf } from './json-object.ts';
import { JsonSplitter } from './json-splitter.ts';
import type { ReadOptions } from './read-events.ts';
import { callerOf } from './saved-caller.ts';
import { bucketOf, captureOf, noTokenOf, widthOf } from './saved-capture.ts';
import { isEverything, select } from './saved-filter.ts';
import { hostsIn, ofHosts } from './saved-hosts.ts';

/** Unpacked. A report of 16,384 callers takes some 34 MB. */
export const MAX_BYTES = 256 * 1024 * 1024;
/** Of its lists, together. */
const MAX_ITEMS = 262_144;
const MAX_BUCKETS = 1024;
/** Of calls without a token, of all hosts together: as many as a report has. */
const MAX_PERIODS = 131_072;

export interface SavedReport {
  /** What it was made of; with what was wrong with itself. */
  captures: CaptureSummary[];
  /** To be told; of those, damage is also in the captures. */
  problems: Problem[];
}

/** One report, as it is read. */
export class ReportReading {
  readonly #path: string;
  readonly #filter: ReadOptions['filter'];
  readonly #target: CallerTarget;
  readonly #splitter = new JsonSplitter(
    {
      member: (name, text) => this.#member(name, parseJson(text)),
      item: (name, text) => this.#item(name, parseJson(text)),
    },
    ['verdict'],
  );
  readonly #captures: CaptureSummary[] = [];
  readonly #problems: Problem[] = [];
  readonly #hostIds = new HostIds();
  readonly #counted = KINDS.map(() => 0);
  /** For the end: they are of hosts that its callers are of. */
  readonly #noTokens: [host: string, start: number, count: number][] = [];
  #totals: KindCounts | undefined;
  #version: unknown;
  #groupBy: string | undefined;
  #items = 0;
  #callers = 0;
  #unreadable = 0;
  #cut = 0;
  #hasFailed = false;
  /** It has captures of hosts that nobody asked for. */
  #isOfOthers = false;
  /** One of its captures cannot be read. */
  #lacksCaptures = false;
  /** Its captures are, for what stands behind them was met. */
  #areBehind = false;

  constructor(path: string, filter: ReadOptions['filter'], target: CallerTarget) {
    this.#path = path;
    this.#filter = filter;
    this.#target = target;
  }

  /** Nothing more of it is of use. */
  get isOver(): boolean {
    return this.#splitter.brokenAt !== undefined || this.#items > MAX_ITEMS;
  }

  push(chunk: Buffer): void {
    this.#splitter.push(chunk);
  }

  tooLong(): void {
    this.#fail('report.too_long', `expected a report of at most ${MAX_BYTES / 2 ** 20} MB`, undefined);
  }

  stopped(): void {
    this.#hasFailed = true;
    const message = `${this.#path}: stopped by a signal; the report covers what was read until then`;
    this.#problems.push({ code: INTERRUPTED, message, damage: false });
  }

  broke(error: unknown): void {
    const { code, message } = error as NodeJS.ErrnoException;
    if (typeof code !== 'string') throw error;
    this.#fail('report.read_failed', `reading failed: ${message}`, AGAIN);
  }

  end(): SavedReport {
    for (const [host, start, count] of this.#noTokens)
      this.#target.addNoToken(this.#hostIds.only(host) ?? host, start, count);
    this.#judge();
    const problems = this.#problems;
    const damage = problems.filter(({ damage, code }) => damage || code === INTERRUPTED);
    // It was read all the same.
    if (this.#captures.length === 0 && this.#isOfOthers) this.#captures.push(stub(this.#path, undefined));
    if (damage.length === 0) return { captures: this.#captures, problems };
    // What it lacks may be of any host that it tells of; where it may not tell of all, of any.
    const captures = this.#captures.map((one) => ({ ...one, problems: [...one.problems, ...damage] }));
    if (!this.#hasAllCaptures) captures.push({ ...stub(this.#path, this.#callers), problems: damage });
    return { captures, problems };
  }

  get #hasAllCaptures(): boolean {
    return this.#captures.length > 0 && !this.#lacksCaptures && (this.#splitter.isWhole || this.#areBehind);
  }

  #judge(): void {
    if (this.#hasFailed) return;
    if (this.#groupBy !== undefined) {
      const remedy = 'Make it again without --group-by.';
      this.#fail('report.grouped', `a report by ${this.#groupBy}, whose rows cannot be added up`, remedy);
    } else if (this.isOver || !this.#splitter.isWhole) {
      const { brokenAt } = this.#splitter;
      const where = brokenAt === undefined ? 'it ends early, or never' : `it is damaged at byte ${brokenAt}`;
      this.#fail(
        'report.damaged',
        `expected a JSON report; ${where}`,
        `What stands before it was read. ${AGAIN}`,
      );
    } else if (this.#version !== 1) {
      const remedy = 'Read it with the version of imds that wrote it.';
      this.#fail('report.version', `expected a report of schema_version 1, found another`, remedy);
    } else if (this.#unreadable > 0) {
      const rows = this.#unreadable === 1 ? '1 row is' : `${this.#unreadable} rows are`;
      this.#fail(
        'report.rows_unreadable',
        `${rows} no callers as imds writes them`,
        `The others were read. ${AGAIN}`,
      );
    } else if (this.#isShort()) {
      const remedy = 'Make it again without --top.';
      this.#fail(
        'report.short',
        'its rows are not all of its callers: the calls of the others are missing',
        remedy,
      );
    }
    if (this.#cut > 0) {
      const who = this.#cut === 1 ? '1 caller' : `${this.#cut} callers`;
      const message = `${this.#path}: a report has calls by day (UTC); of ${who}, the days that --since or --until cut in two are left out`;
      this.#problems.push({ code: 'report.days', message, damage: false });
    }
  }

  #isShort(): boolean {
    const totals = this.#totals;
    return totals === undefined || KINDS.some((kind, index) => totals[kind] !== this.#counted[index]);
  }

  #fail(code: string, what: string, remedy: string | undefined): void {
    this.#hasFailed = true;
    this.#problems.push({ code, message: `${this.#path}: ${what}`, remedy, damage: true });
  }

  #member(name: string, value: unknown): void {
    if (name === 'schema_version') this.#version = value;
    else if (name === 'group_by' && typeof value === 'string') this.#groupBy = value.slice(0, 16);
    else if (name === 'totals') this.#totals = countsOf(objectOf(value)?.by_version, KINDS);
    else if (name === 'timeline' && isEverything(this.#filter)) this.#timeline(objectOf(value) ?? {});
  }

  #item(name: string, value: unknown): void {
    this.#items++;
    if (this.#items > MAX_ITEMS) return;
    if (name === 'callers' || name === 'ignored' || name === 'containers') {
      this.#areBehind ||= this.#captures.length > 0;
      if (name === 'containers' || !isJoined(value)) this.#caller(value);
    } else if (name === 'captures') this.#capture(value);
    else if (name === 'verdict.hosts' && isEverything(this.#filter)) this.#host(value);
  }

  #capture(value: unknown): void {
    const capture = captureOf(value);
    if (capture === undefined) {
      this.#unreadable++;
      this.#lacksCaptures = true;
      return;
    }
    for (const host of hostsIn(capture)) this.#hostIds.add(host);
    const wanted = ofHosts(capture, this.#filter.hosts);
    if (wanted === undefined) this.#isOfOthers = true;
    else this.#captures.push(wanted);
  }

  #host(value: unknown): void {
    const noToken = noTokenOf(value);
    if (noToken === undefined) this.#unreadable++;
    for (const [start, count] of noToken?.periods ?? []) {
      if (this.#noTokens.length < MAX_PERIODS) this.#noTokens.push([noToken?.host ?? '', start, count]);
    }
  }

  #caller(value: unknown): void {
    const read = callerOf(value);
    if (read === undefined) {
      this.#unreadable++;
      return;
    }
    for (const [index, kind] of KINDS.entries()) {
      this.#counted[index] = (this.#counted[index] ?? 0) + read.counts[kind];
    }
    const { caller, isCut, leftOut } = select(this.#hostIds.complete(read), this.#filter, {
      hostIds: this.#hostIds,
    });
    if (isCut) this.#cut++;
    for (const one of leftOut) this.#target.leaveOut(one);
    if (caller === undefined) return;
    this.#target.addCaller(caller);
    this.#callers++;
    if (isEverything(this.#filter)) return;
    for (const { day, counts } of caller.days) this.#target.addTime(DAY_NS, dayStart(day), counts);
  }

  #timeline({ bucket_ns, buckets }: Readonly<Record<string, unknown>>): void {
    const width = widthOf(bucket_ns);
    if (width === undefined || !Array.isArray(buckets) || buckets.length > MAX_BUCKETS) {
      this.#unreadable++;
      return;
    }
    for (const item of buckets) {
      const bucket = bucketOf(item, KINDS);
      if (bucket === undefined || !this.#target.addTime(width, bucket.start, bucket.counts))
        this.#unreadable++;
    }
  }
}

const AGAIN = 'Get the file again from where it was written.';

/** Of a report whose captures could not be read, or were not asked for. */
function stub(path: string, callers: number | undefined): CaptureSummary {
  return {
    name: path,
    files: [path],
    packets: 0,
    bytes: 0,
    events: 0,
    callers,
    completeness: {
      losses: {},
      connections: 0,
      provableConnections: 0,
      capturedBytes: 0,
      kernelBytes: 0,
      lookups: { made: 0, found: 0 },
    },
    problems: [],
  };
}

function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Those that it was joined of stand in a list of their own, and are joined anew with whatever else is read. */
function isJoined(value: unknown): boolean {
  return countOf(objectOf(value)?.containers) !== undefined;
}
