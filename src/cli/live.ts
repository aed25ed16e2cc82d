import { release } from 'node:os';
import { ExitCode } from '../errors.ts';
import type { CaptureInput } from '../inputs.ts';
import { LiveSource } from '../live/live-source.ts';
import { type Capture, type OpenedViews, openViews } from '../live/open-views.ts';
import { type Account, giveUpRoot, unprivilegedAccount } from '../live/privileges.ts';
import { sessionHeader } from '../live/session-header.ts';
import type { View } from '../live/view.ts';
import { WallClock } from '../live/wall-clock.ts';
import type { AttributedCall, CaptureSummary, Endpoint } from '../model.ts';
import { runCapture } from '../pipeline.ts';
import type { Sink } from '../ports.ts';
import { createReportSink, loadAhead } from '../report/index.ts';
import { diagnostic, note } from './diagnostics.ts';
import { Interruption } from './interruption.ts';
import { StreamOutput } from './output.ts';
import { colourOf, columnsOf, type Surroundings } from './surroundings.ts';

export interface LiveOptions {
  capture: Capture;
  interfaces: readonly string[];
  endpoints: readonly Endpoint[];
  jsonl: boolean;
  /** No calls on standard output, only the report at the end. */
  quiet: boolean;
  ancestors: number;
  /** Milliseconds after which it ends by itself. */
  duration: number | undefined;
  /** Calls after which it ends by itself. */
  count: number | undefined;
  /** Account to become once everything is attached; undefined for `imds`, or an unused uid. */
  user: string | undefined;
  keepRoot: boolean;
  /** Folder and version of the package. */
  root: string;
  version: string;
}

/** `imds live`: every call as it is known, then the report. Gives the exit code; throws an ImdsError. */
export async function live(options: LiveOptions, surroundings: Surroundings): Promise<number> {
  const interruption = new Interruption(surroundings.signals);
  try {
    const code = await new LiveRun(options, surroundings, interruption).run();
    // Ctrl-C is how a session is meant to end.
    return interruption.exitCode === undefined ? code : ExitCode.done;
  } finally {
    interruption[Symbol.dispose]();
  }
}

class LiveRun {
  readonly #options: LiveOptions;
  readonly #surroundings: Surroundings;
  readonly #interruption: Interruption;
  readonly #clock = new WallClock();

  constructor(options: LiveOptions, surroundings: Surroundings, interruption: Interruption) {
    this.#options = options;
    this.#surroundings = surroundings;
    this.#interruption = interruption;
  }

  async run(): Promise<ExitCode> {
    const { duration, endpoints, capture, interfaces, root } = this.#options;
    const now = () => this.#clock.now();
    const account = this.#account();
    const views = await openViews({ capture, interfaces, endpoints, root, now });
    for (const reason of views.missing) this.#say(diagnostic('live', reason));
    const output = new StreamOutput(this.#surroundings.stdout, 'standard output', () =>
      this.#interruption.abort(),
    );
    const sink = await this.#createSink(output);
    await loadAhead();
    if (account !== undefined) giveUpRoot(account);
    this.#say(note('live', readyText(views, account)));
    const limit = duration === undefined ? undefined : setTimeout(() => this.#interruption.abort(), duration);
    try {
      const summary = await runCapture(
        this.#input(views, now),
        { endpoints, signal: this.#interruption.signal },
        sink,
      );
      for (const problem of summary.problems) this.#say(diagnostic('live', problem));
      await sink.end([summary]);
      await output.finish();
    } finally {
      clearTimeout(limit);
    }
    return ExitCode.done;
  }

  /** Undefined where there is no root to give up, or it is to be kept. */
  #account(): Account | undefined {
    const { user, keepRoot } = this.#options;
    return keepRoot || process.getuid?.() !== 0 ? undefined : unprivilegedAccount(user);
  }

  #input(views: OpenedViews, now: () => bigint): CaptureInput {
    const { endpoints, interfaces, version } = this.#options;
    const header = sessionHeader({
      time: now(),
      endpoints,
      views: [...(views.sockets ? ['sockets' as const] : []), ...(views.wire ? ['wire' as const] : [])],
      interfaces: views.wire ? interfaces : [],
      attribution: views.sockets ? 'ebpf' : 'off',
      version,
    });
    const source = new LiveSource({ name: 'live', header, views: list(views), now });
    return {
      name: 'live',
      files: [],
      parts: [{ path: 'live', endsBySignal: true, open: () => Promise.resolve(source) }],
    };
  }

  /** Calls as they come; callers and the verdict at the end, where calls are lines for programs on standard error. */
  async #createSink(output: StreamOutput): Promise<Sink> {
    const { jsonl, quiet, ancestors } = this.#options;
    const { stdout, stderr, env } = this.#surroundings;
    const colour = colourOf(stdout, env);
    const sinks: Sink[] = [];
    if (!quiet) {
      const format = jsonl ? ('jsonl' as const) : ('log' as const);
      sinks.push(
        await createReportSink(
          { format, calls: true, columns: columnsOf(stdout, env), colour, ancestors },
          output,
        ),
      );
    }
    const reader = jsonl ? stderr : stdout;
    sinks.push(
      await createReportSink(
        {
          format: 'text',
          calls: false,
          columns: columnsOf(reader, env),
          colour: colourOf(reader, env),
          ancestors,
        },
        jsonl ? new StreamOutput(stderr, 'standard error', () => {}) : output,
      ),
    );
    return new Fan(sinks, this.#options.count, () => this.#interruption.abort());
  }

  #say(line: string): void {
    this.#surroundings.stderr.write(line);
  }
}

/** One call to several sinks. */
class Fan implements Sink {
  readonly #sinks: readonly Sink[];
  readonly #count: number | undefined;
  readonly #onCount: () => void;
  #calls = 0;

  constructor(sinks: readonly Sink[], count: number | undefined, onCount: () => void) {
    this.#sinks = sinks;
    this.#count = count;
    this.#onCount = onCount;
  }

  call(call: AttributedCall): void {
    for (const sink of this.#sinks) sink.call(call);
    if (++this.#calls === this.#count) this.#onCount();
  }

  ready(): Promise<void> | undefined {
    const waits = this.#sinks.map((sink) => sink.ready()).filter((wait) => wait !== undefined);
    return waits.length === 0 ? undefined : Promise.all(waits).then(() => {});
  }

  async end(captures: readonly CaptureSummary[]): Promise<void> {
    for (const sink of this.#sinks) await sink.end(captures);
  }
}

function list({ sockets, wire }: OpenedViews): View[] {
  return [sockets, wire].filter((view) => view !== undefined);
}

function readyText(views: OpenedViews, account: Account | undefined): string {
  const attribution = views.sockets ? 'ebpf' : 'off';
  const seen = list(views).map(({ description }) => description);
  return `ready: views ${seen.join(', ')}; attribution ${attribution}; kernel ${release()}; ${account === undefined ? `uid ${process.getuid?.()}` : `now ${account.name}`}`;
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `30s`, `5m`, `2h`; a number alone is seconds. Milliseconds; undefined where it is none of these. */
export function parseDuration(text: string): number | undefined {
  const [, amount = '', unit = 's'] = /^(\d{1,9})(ms|s|m|h|d)?$/.exec(text) ?? [];
  const factor = UNITS[unit];
  if (amount === '' || factor === undefined) return undefined;
  const milliseconds = Number(amount) * factor;
  // setTimeout takes no more than 2^31 - 1.
  return milliseconds > 0 && milliseconds < 2 ** 31 ? milliseconds : undefined;
}
