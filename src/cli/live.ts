import type { SessionRecord } from '../bpf/records.ts';
import type { ExitCode, FailureError } from '../errors.ts';
import type { CaptureInput } from '../inputs.ts';
import { argvRewriter } from '../live/argv-policy.ts';
import { InventorySink } from '../live/inventory/inventory-sink.ts';
import { LiveSource } from '../live/live-source.ts';
import { LogSink } from '../live/log-sink.ts';
import { setNoNewPrivs } from '../live/no-new-privs.ts';
import { type OpenedViews, openViews } from '../live/open-views.ts';
import { type Account, giveUpRoot, unprivilegedAccount } from '../live/privileges.ts';
import type { SessionSaver } from '../live/save/session-saver.ts';
import { sessionHeader } from '../live/session-header.ts';
import { sessionProof } from '../live/session-proof.ts';
import { trimMemory } from '../live/trim-memory.ts';
import { viewsOf } from '../live/views-text.ts';
import { WallClock } from '../live/wall-clock.ts';
import { watchClock } from '../live/watch-clock.ts';
import type { Metrics } from '../metrics/index.ts';
import type { Completeness } from '../model.ts';
import type { Standing } from '../pipeline/capture-run.ts';
import { runCapture } from '../pipeline.ts';
import { loadAhead } from '../report/index.ts';
import type { Output } from '../report/types.ts';
import type { Notifier } from '../service/notifier.ts';
import { countOf } from '../words.ts';
import { diagnostic, note } from './diagnostics.ts';
import { Interruption, whenLate } from './interruption.ts';
import { prepareLiveFolders } from './live-folders.ts';
import { LiveLosses } from './live-losses.ts';
import { beginMetrics, openMetrics } from './live-metrics.ts';
import type { LiveOptions } from './live-options.ts';
import { readyText, sayHowToEnd } from './live-ready.ts';
import { openRotatingSaver, openSaver, savedText, secretsWarning } from './live-saver.ts';
import { createNotifier } from './live-service.ts';
import { createLiveSinks } from './live-sinks.ts';
import { StreamOutput } from './output.ts';
import { StatusLine } from './status-line.ts';
import type { Surroundings } from './surroundings.ts';
import { Tally } from './tally.ts';
import { tellOften } from './tell-often.ts';
import { watchTerminal } from './terminal-watch.ts';

/** `imds live`: every call as it is known, then the report. Gives the exit code; throws an ImdsError. */
export async function live(options: LiveOptions, surroundings: Surroundings): Promise<number> {
  const interruption = new Interruption(surroundings.signals);
  // Node would open its debugger to every user of this host. Kept, like the process, to its end.
  surroundings.signals.on('SIGUSR1', () => {});
  let metrics: Metrics | undefined;
  try {
    // A port in use is told before anything is attached.
    metrics = await openMetrics(options);
    // Ctrl-C is how a session is meant to end: that alone is no failure.
    return await new LiveRun(options, surroundings, interruption, metrics).run();
  } finally {
    metrics?.close();
    interruption[Symbol.dispose]();
  }
}

class LiveRun {
  readonly #options: LiveOptions;
  readonly #surroundings: Surroundings;
  readonly #interruption: Interruption;
  readonly #metrics: Metrics | undefined;
  readonly #clock = new WallClock();
  readonly #notifier: Notifier | undefined;
  readonly #clockWatch = watchClock(this.#clock, (sentence) => this.#say(note('live', sentence)));
  #status: StatusLine | undefined;
  readonly #losses: LiveLosses;

  constructor(
    options: LiveOptions,
    surroundings: Surroundings,
    interruption: Interruption,
    metrics: Metrics | undefined,
  ) {
    this.#options = options;
    this.#surroundings = surroundings;
    this.#interruption = interruption;
    this.#metrics = metrics;
    this.#losses = new LiveLosses({
      exitOnProbeLoss: options.exitOnProbeLoss,
      say: (line) => this.#say(line),
      ending: interruption.signal,
      end: () => interruption.abort(),
    });
    this.#notifier = createNotifier(options.root, surroundings.env, (text) => this.#say(note('live', text)));
    interruption.signal.addEventListener('abort', () => this.#notifier?.stopping(), { once: true });
  }

  async run(): Promise<ExitCode> {
    const { duration, endpoints } = this.#options;
    const metrics = this.#metrics;
    const now = () => this.#clock.now();
    const account = this.#account();
    // Root finds out before anything is attached; for others, what they lack to attach is the first thing to say.
    const isRoot = process.geteuid?.() === 0;
    using _early = isRoot ? await prepareLiveFolders(this.#options, account) : undefined;
    const views = await openViews({
      ...this.#options,
      clock: this.#clock,
      onProbeLoss: (reason) => this.#losses.probe(reason),
      onLookupLoss: (reason) => this.#losses.lookups(reason),
      onHostLoss: (reason) => this.#losses.host(reason),
      onInterfaceNews: (news) => this.#losses.interface(news),
    });
    this.#losses.views = views;
    using _late = isRoot ? undefined : await prepareLiveFolders(this.#options, account);
    // One that failed may not fail again, as at a busy boot; what this machine lacks, it lacks again.
    const failed = views.missing.find(({ code }) => code === 'probe.failed');
    if (this.#options.exitOnProbeLoss && failed !== undefined) throw failed;
    for (const reason of views.missing) this.#say(diagnostic('live', reason));
    const warning = secretsWarning(this.#options);
    if (warning !== undefined) this.#say(note('live', warning));
    const output = new StreamOutput(this.#surroundings.stdout, 'standard output', () =>
      this.#interruption.abort(),
    );
    const header = this.#header(views, now());
    // While root may still write to any folder; files that follow are created without it.
    const onTrouble = (trouble: FailureError) => this.#say(diagnostic('live', trouble));
    const rotates = this.#options.rotateBytes !== undefined;
    const early = rotates ? undefined : await openSaver(this.#options, header, onTrouble);
    const logs = await this.#openLogs(account);
    const inventory = await this.#openInventory(account, now);
    const { sinks, report } = await createLiveSinks(
      this.#options,
      this.#surroundings,
      this.#clearing(output),
    );
    const all = [...sinks, logs, inventory, metrics].filter((sink) => sink !== undefined);
    const tally = new Tally(all, this.#options.count, () => this.#interruption.abort());
    await loadAhead();
    // All that is needed is loaded; afterwards, what is mapped may not be read any more.
    trimMemory(this.#options.root);
    if (account !== undefined) this.#giveUpRoot(account);
    const saver = early ?? (await openRotatingSaver(this.#options, header, account, onTrouble));
    if (metrics !== undefined) beginMetrics(metrics, header, { logs, saver });
    this.#surroundings.stderr.write(note('live', readyText(views, account, metrics)));
    sayHowToEnd(this.#options, this.#surroundings.stderr);
    const limit = duration === undefined ? undefined : setTimeout(() => this.#interruption.abort(), duration);
    let standing: Standing | undefined;
    let begun: Standing | undefined;
    this.#notifier?.ready(() => ({
      views: viewsOf(views)
        .map(({ description }) => description)
        .join(', '),
      attribution: views.attribution,
      calls: tally.counts,
      callers: report.callers,
      lost: views.sockets === undefined ? undefined : (standing?.losses() ?? 0),
    }));
    const tell = (completeness: Completeness, to: bigint, ended: boolean) => {
      const unwritten = logs?.lost ?? 0;
      logs?.session(sessionProof(header, { to, ended, calls: tally.counts, unwritten, completeness }));
    };
    const tellStanding = () => begun && tell(begun.completeness(), now(), false);
    const endTelling = tellOften(tellStanding);
    // From a terminal that is gone, nobody could see calls, or end the session.
    const isGone = watchTerminal();
    const hangUp = () => (isGone() ? this.#interruption.abort() : void logs?.reopen());
    this.#surroundings.signals.on('SIGHUP', hangUp);
    const endsLate = whenLate(this.#interruption.signal, FAREWELL_MS, () =>
      this.#say(note('live', 'reading what waits; a second signal ends it at once, without a report')),
    );
    const status = new StatusLine(this.#surroundings, () => tally.text(report.callers, standing));
    this.#status = status;
    try {
      const summary = await runCapture(
        this.#input(views, header, saver, logs, now),
        {
          endpoints,
          signal: this.#interruption.signal,
          onBegin: (standingNow) => {
            begun = standingNow;
            metrics?.watch(standingNow);
            if (views.sockets !== undefined) standing = standingNow;
            tellStanding();
          },
        },
        tally,
      );
      status.end();
      endsLate();
      await saver?.close();
      if (saver !== undefined) this.#say(note('live', savedText(saver)));
      for (const problem of summary.problems) this.#say(diagnostic('live', problem));
      await logs?.drain();
      tell(summary.completeness, summary.watch?.to ?? now(), true);
      await tally.end([summary]);
      await output.finish();
      if (logs !== undefined && logs.lost > 0) {
        this.#say(note('live', `up to ${countOf(logs.lost, 'call')} could not be written to the log files`));
      }
    } finally {
      endsLate();
      status.end();
      this.#notifier?.end();
      clearTimeout(limit);
      endTelling();
      this.#surroundings.signals.off('SIGHUP', hangUp);
    }
    return this.#losses.code;
  }

  async #openLogs(account: Account | undefined): Promise<LogSink | undefined> {
    const { logFolder: folder, logFiles: files, ancestors } = this.#options;
    if (folder === undefined) return undefined;
    const onNews = (message: string) => this.#say(note('live', message));
    return LogSink.open({ folder, files, owner: account, ancestors, onNews });
  }

  async #openInventory(account: Account | undefined, now: () => bigint): Promise<InventorySink | undefined> {
    const { stateFolder: folder } = this.#options;
    if (folder === undefined) return undefined;
    const onNews = (message: string) => this.#say(note('live', message));
    return InventorySink.open({ folder, owner: account, now, onNews });
  }

  /** Undefined where there is no root to give up, or it is to be kept. */
  #account(): Account | undefined {
    const { user, keepRoot } = this.#options;
    return keepRoot || process.getuid?.() !== 0 ? undefined : unprivilegedAccount(user);
  }

  /** The add-on first: afterwards it may not be readable any more. */
  #giveUpRoot(account: Account): void {
    const reason = setNoNewPrivs(this.#options.root);
    giveUpRoot(account);
    if (reason === undefined) return;
    this.#say(note('live', `no_new_privs could not be set (${reason}); the session goes on without it`));
  }

  #header(views: OpenedViews, time: bigint): SessionRecord {
    const { endpoints, interfaces, version } = this.#options;
    return sessionHeader({
      time,
      endpoints,
      views: [...(views.sockets ? ['sockets' as const] : []), ...(views.wire ? ['wire' as const] : [])],
      interfaces: views.wire ? interfaces : [],
      attribution: views.attribution,
      scope: views.sockets?.scope ?? 'host',
      version,
    });
  }

  #input(
    views: OpenedViews,
    header: SessionRecord,
    through: SessionSaver | undefined,
    logs: LogSink | undefined,
    now: () => bigint,
  ): CaptureInput {
    const source = new LiveSource({
      name: 'live',
      header,
      views: viewsOf(views),
      through,
      room: logs && (() => logs.room()),
      host: views.host,
      rewrite: argvRewriter(this.#options.argv),
      checkClock: () => this.#clockWatch.check(),
      now,
    });
    const part = { path: 'live', endsBySignal: true, open: () => Promise.resolve(source) };
    return { name: 'live', files: [], parts: [part] };
  }

  /** Calls may go to the terminal on which the status line stands. */
  #clearing(output: Output): Output {
    return {
      write: (text) => {
        this.#status?.clear();
        return output.write(text);
      },
      drain: () => output.drain(),
    };
  }

  #say(line: string): void {
    this.#status?.clear();
    this.#notifier?.problem(line);
    this.#surroundings.stderr.write(line);
  }
}

/** So long, in milliseconds, an end may take before it is explained. */
const FAREWELL_MS = 1000;
