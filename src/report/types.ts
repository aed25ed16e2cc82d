import type { IgnorePolicy } from '../callers/ignore.ts';
import type { CallerTarget } from '../callers/types.ts';
import type { AttributedCall, CaptureSummary } from '../model.ts';
import type { Sink } from '../ports.ts';
import type { Aggregate } from './aggregate.ts';
import type { HostVerdict } from './host-verdict.ts';
import type { Ignored } from './ignored.ts';
import type { ReadIn } from './next-step.ts';
import type { TimeText } from './time.ts';
import type { VerdictOptions } from './verdict-options.ts';

export type ReportFormat = 'text' | 'csv' | 'json' | 'jsonl' | 'html' | 'log';

/** What a row is. */
export const GROUP_KEYS = ['caller', 'container', 'unit', 'user', 'path', 'host', 'client'] as const;

export type GroupKey = (typeof GROUP_KEYS)[number];

/** Which rows there are. */
export interface RowOptions {
  /** What a row is; a caller unless told. */
  groupBy?: GroupKey | undefined;
  /** So many rows, and how many more there are. */
  top?: number | undefined;
}

export interface ReportOptions extends RowOptions {
  format: ReportFormat;
  /** Single calls instead of callers; `jsonl` and `log` are always calls. */
  calls: boolean;
  /** Width of the terminal in columns; text only. */
  columns: number;
  colour: boolean;
  /** Ancestors a line of the log shows; 3 is what the predecessor prints. */
  ancestors: number;
  /** Of a line of the log; as the predecessor has it, unless told. */
  timeText?: TimeText | undefined;
  verdict: VerdictOptions;
  /** What makes the report leave calls out, such as options: to be told to whoever reads it again. */
  leavesOut?: readonly string[] | undefined;
  /** Where it is read; text only. By the command that reads files, unless told. */
  readIn?: ReadIn | undefined;
  /** Callers that are known and accepted. */
  ignore?: IgnorePolicy | undefined;
}

/** Where the text goes: standard output, a file. */
export interface Output {
  /** False when the consumer is behind; the text is taken all the same. */
  write(text: string): boolean;
  /** Resolves when the consumer has caught up. */
  drain(): Promise<void>;
}

/** What `--fail-on` asks about. Final after {@link Sink.end}. */
export interface Findings {
  /** Calls without a token. */
  v1: number;
  /** Calls whose version could not be read. */
  unknown: number;
  /** It is not proven that every call was captured: losses, damage, or nobody counted. */
  incomplete: boolean;
  /** Every host is READY: see {@link HostVerdict}. */
  ready: boolean;
}

export interface ReportSink extends Sink {
  /** Undefined where rows are calls. */
  readonly target: CallerTarget | undefined;
  findings(): Findings;
  /** Rows beyond those that were asked for. Final after {@link Sink.end}. */
  readonly rowsLeftOut: number;
  /** Of each host. Final after {@link Sink.end}. */
  verdicts(): readonly HostVerdict[];
  /** Callers that are not counted, and filters that have expired. Final after {@link Sink.end}. */
  ignored(): Ignored;
}

/** Writes one format. The verdicts are the same for all, and made outside. */
export interface FormatSink {
  /** In which callers are counted, where rows are callers. */
  readonly aggregate?: Aggregate | undefined;
  /** In which callers are counted besides, where rows are calls. */
  readonly besides?: Aggregate | undefined;
  /** Rows beyond those that were asked for. Final after {@link FormatSink.end}. */
  readonly rowsLeftOut?: number;
  call(call: AttributedCall): void;
  /** See {@link Sink.context}. */
  context?(call: AttributedCall): void;
  ready(): Promise<void> | undefined;
  end(
    captures: readonly CaptureSummary[],
    verdicts: readonly HostVerdict[],
    findings: Findings,
    ignored: Ignored,
  ): Promise<void>;
}
