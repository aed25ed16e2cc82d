import type { AttributedCall, CaptureSummary, Process, ProcessIdentity } from '../model.ts';
import { BatchWriter } from './batch-writer.ts';
import { commandLine } from './command-line.ts';
import { escapeText } from './escape.ts';
import { loadPaint, type Paint } from './paint.ts';
import { ProcessViews } from './process-view.ts';
import { localSeconds, type TimeText } from './time.ts';
import type { Output } from './types.ts';
import { Memo, viewHeader } from './url.ts';

/** Of the log, the least first. */
export const LOG_LEVELS = ['info', 'warning', 'error'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** Whether the call's line has that level, or a higher one. */
export function reaches({ call: { version } }: AttributedCall, least: LogLevel): boolean {
  const level = version === 'v1' ? 'warning' : version === 'unknown' ? 'error' : 'info';
  return LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(least);
}

/**
 * Lines as aws-imds-packet-analyzer logs them, for those who grep them:
 * `[local time] [level] what (pid:1016:curl argv:curl …) called by -> (…) -> (…)`.
 */
export class LogFormatter {
  readonly #ancestors: number;
  readonly #timeText: TimeText;
  readonly #paint: Paint;
  readonly #views = new ProcessViews();
  readonly #chains = new WeakMap<Process, string>();
  readonly #headers = new Memo((value) => field(viewHeader(value)));

  constructor(ancestors: number, paint: Paint, timeText: TimeText = localSeconds) {
    this.#ancestors = ancestors;
    this.#timeText = timeText;
    this.#paint = paint;
  }

  /** The line, without its end. */
  format({ call, process }: AttributedCall): string {
    const time = `[${this.#timeText(call.time)}]`;
    const who = process === undefined ? this.#unknownProcess(call) : this.#chain(process);
    switch (call.version) {
      case 'v1':
        return `${time} ${this.#paint.v1('[WARNING] IMDSv1(!)')} ${who}`;
      case 'v2':
        return `${time} [INFO] IMDSv2 ${who}`;
      case 'foreign':
        return `${time} [INFO] IMDS foreign ${who}`;
      case 'unknown':
        return `${time} ${this.#paint.unknown('[ERROR] {MISSING PAYLOAD}')} ${who}`;
      case undefined:
        return `${time} [INFO] IMDS attempt ${who}`;
    }
  }

  #unknownProcess({ client, userAgent }: AttributedCall['call']): string {
    const address = client.address.includes(':') ? `[${client.address}]` : client.address;
    const agent = userAgent === undefined ? '' : ` user-agent:${this.#headers.get(userAgent)}`;
    const from = address === '' ? '' : ` client:${field(address)}:${client.port}`;
    return `(pid:-:unknown argv:-${from}${agent})`;
  }

  #chain(process: Process): string {
    let chain = this.#chains.get(process);
    if (chain === undefined) {
      const view = this.#views.view(process).process;
      const ancestors = view.ancestors.slice(0, this.#ancestors).map(identityText);
      const calledBy = ancestors.length === 0 ? '' : ` called by -> ${ancestors.join(' -> ')}`;
      chain = identityText(view) + calledBy;
      this.#chains.set(process, chain);
    }
    return chain;
  }
}

function identityText(identity: ProcessIdentity): string {
  const { pid, name } = identity;
  return `(pid:${pid}:${field(name ?? 'unknown')} argv:${field(commandLine(identity))})`;
}

/** No argument can pass for the next process of the chain. */
function field(text: string): string {
  return escapeText(text).replaceAll('-> (', '-\\x3E (');
}

export interface LogLineOptions {
  ancestors: number;
  colour: boolean;
  timeText?: TimeText | undefined;
}

export async function createLogSink(options: LogLineOptions, output: Output) {
  const { ancestors, colour, timeText } = options;
  const formatter = new LogFormatter(ancestors, await loadPaint(colour), timeText);
  const writer = new BatchWriter(output);
  return {
    call: (call: AttributedCall): void => writer.write(`${formatter.format(call)}\n`),
    ready: (): Promise<void> | undefined => writer.ready(),
    end: (_captures: readonly CaptureSummary[]): Promise<void> => writer.end(),
  };
}
