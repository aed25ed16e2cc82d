import { strangersProblem } from '../belonging.ts';
import { Attributor } from '../bpf/attribution.ts';
import { CorrelationsReader } from '../bpf/correlations.ts';
import { REASONS } from '../bpf/reasons.ts';
import { Sidecar } from '../bpf/sidecar.ts';
import type { Assembler, CreateAssembler } from '../capture/assembler.ts';
import { watchedOf } from '../endpoints.ts';
import { InputError } from '../errors.ts';
import type { CaptureInput, CapturePart } from '../inputs.ts';
import {
  type CaptureSummary,
  type Completeness,
  type Counters,
  type Endpoint,
  INTERRUPTED,
  type Problem,
} from '../model.ts';
import type { PacketSource, Sink } from '../ports.ts';
import { PartHandler } from './part-handler.ts';
import { Totals } from './totals.ts';

/** How a run stands, to be asked while it goes on. */
export interface Standing {
  /** Bytes that the kernel counted of sockets that are closed, and that are not in the capture. */
  missingBytes(): number;
  /** What was lost, cut or turned away, in all. */
  losses(): number;
  /** What could be proven if it ended now. */
  completeness(): Completeness;
}

export interface RunOptions {
  endpoints: readonly Endpoint[];
  /** Ends the reading; what was read is still reported. */
  signal?: AbortSignal | undefined;
  /** Whether it was a person who ended the reading, and not that nobody takes the results any more. */
  wasStopped?: (() => boolean) | undefined;
  onBegin?: ((standing: Standing) => void) | undefined;
  /** Bytes of the capture's files so far, and of all of them where that is known. */
  onProgress?: ((bytesRead: number, totalBytes: number | undefined) => void) | undefined;
}

/** The files of one capture through one assembler and one attribution: connections cross a rotation. */
export class CaptureRun {
  readonly #input: CaptureInput;
  readonly #options: RunOptions;
  readonly #sink: Sink;
  readonly #assembler: Assembler;
  readonly #attributor: Attributor;
  readonly #totals = new Totals();
  /** Bytes of the files before the one that is being read. */
  #bytesBefore = 0;

  constructor(input: CaptureInput, options: RunOptions, sink: Sink, createAssembler: CreateAssembler) {
    this.#input = input;
    this.#options = options;
    this.#sink = sink;
    const { endpoints } = options;
    this.#attributor = new Attributor({ capture: input.name, endpoints, emit: (call) => sink.call(call) });
    this.#assembler = createAssembler(endpoints, this.#attributor);
  }

  async run(): Promise<CaptureSummary> {
    const { losses: assembler } = this.#assembler;
    const { balance, losses: attributor } = this.#attributor;
    this.#options.onBegin?.({
      missingBytes: () => Math.max(0, balance.kernelBytes - balance.capturedBytes),
      losses: () =>
        [assembler, attributor].flatMap(Object.values<number>).reduce((sum, lost) => sum + lost, 0),
      completeness: () => this.#completeness(),
    });
    for (const part of this.#input.parts) {
      if (this.#options.signal?.aborted) break;
      await this.#readPart(part);
      this.#bytesBefore += part.size ?? 0;
    }
    this.#noteInterruption();
    this.#assembler.end();
    this.#attributor.end();
    await this.#sink.ready();
    this.#noteStrangers();
    this.#totals.addLosses(this.#assembler.losses);
    this.#totals.addLosses(this.#attributor.losses);
    this.#totals.addProblems(this.#attributor.problems);
    return this.#totals.summary(this.#input.name, this.#input.files, this.#attributor);
  }

  async #readPart(part: CapturePart): Promise<void> {
    let source: PacketSource;
    try {
      source = await part.open((bytesRead) => this.#progress(bytesRead));
    } catch (error) {
      this.#totals.addProblems([problemOf(error)]);
      return;
    }
    const handler = new PartHandler(part.path, this.#assembler, this.#attributor);
    const sidecar = await this.#openSidecar(part, handler);
    if (sidecar !== undefined) handler.attach(sidecar);
    const { signal } = this.#options;
    await source.read(this.#assembler.filter, handler, () => this.#sink.ready(), signal);
    const { statistics } = source;
    const whole = signal?.aborted !== true && !statistics.problems.some(({ damage }) => damage);
    sidecar?.end(statistics.packets, whole);
    this.#totals.addSource(statistics);
    handler.decoder.close();
    this.#totals.addProblems([...(sidecar?.problems ?? []), ...handler.decoder.problems]);
    this.#totals.addLosses(sidecar?.losses ?? {});
    this.#totals.addLosses(handler.decoder.losses);
  }

  #completeness(): Completeness {
    const { balance, header, lookups, lossesSoFar } = this.#attributor;
    const losses: Counters = { ...lossesSoFar };
    for (const [name, lost] of Object.entries(this.#assembler.losses))
      losses[name] = (losses[name] ?? 0) + lost;
    const watched = header && watchedOf(header.endpoints);
    const scope = header?.scope === 'container' ? 'container' : undefined;
    return { losses, ...balance, views: header?.views, watched, scope, lookups: { ...lookups } };
  }

  #noteInterruption(): void {
    const { name, parts } = this.#input;
    if (this.#options.wasStopped?.() !== true || parts.some(({ endsBySignal }) => endsBySignal)) return;
    const message = `${name}: stopped by a signal; the report covers what was read until then`;
    this.#totals.addProblems([{ code: INTERRUPTED, message, damage: false }]);
  }

  /** Of what can be read only once, it is known too late: their host and processes were handed on. */
  #noteStrangers(): void {
    const { name, parts } = this.#input;
    const part = parts.find(({ correlations, size }) => correlations !== undefined && size === undefined);
    if (part?.correlations === undefined || !this.#attributor.haveNothingInCommon) return;
    this.#totals.addProblems([
      {
        code: 'correlations.other_connections',
        message: `${part.correlations}: its records tell of connections, but of none that ${name} shows: they seem to be of another capture, and with them the host, the processes and the calls without a packet of this report`,
        remedy: 'Give the correlations that were written with this capture, or none.',
        damage: true,
      },
    ]);
  }

  async #openSidecar(part: CapturePart, handler: PartHandler): Promise<Sidecar | undefined> {
    const { path, correlations, correlationsAt } = part;
    if (correlations === undefined) return undefined;
    const stranger = await strangersProblem(part, this.#options.endpoints, this.#options.signal);
    if (stranger !== undefined) {
      this.#totals.addProblems([stranger]);
      this.#attributor.discard(REASONS.otherCapture);
      return undefined;
    }
    try {
      return new Sidecar(path, correlations, await CorrelationsReader.open(correlations, correlationsAt), {
        record: (record) => handler.apply(record),
        discard: () => this.#attributor.discard(REASONS.otherCapture),
      });
    } catch (error) {
      this.#totals.addProblems([problemOf(error)]);
      return undefined;
    }
  }

  #progress(bytesRead: number): void {
    const sizes = this.#input.parts.map(({ size }) => size);
    const total = sizes.reduce(
      (sum, size) => (sum === undefined || size === undefined ? undefined : sum + size),
      0,
    );
    this.#options.onProgress?.(this.#bytesBefore + bytesRead, total);
  }
}

/** What is wrong with one file does not end the reading of others. */
function problemOf(error: unknown): Problem {
  if (!(error instanceof InputError)) throw error;
  return { code: error.code, message: error.message, remedy: error.remedy, damage: true };
}
