import type { Sink } from '../ports.ts';

export type ReportFormat = 'text' | 'csv' | 'json' | 'jsonl' | 'log';

export interface ReportOptions {
  format: ReportFormat;
  /** Single calls instead of callers; `jsonl` and `log` are always calls. */
  calls: boolean;
  /** Width of the terminal in columns; text only. */
  columns: number;
  colour: boolean;
  /** Ancestors a line of the log shows; 3 is what the predecessor prints. */
  ancestors: number;
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
  /** No v1 call, no unknown call, and proven complete. */
  ready: boolean;
}

export interface ReportSink extends Sink {
  findings(): Findings;
}
