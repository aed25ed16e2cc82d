import type { Readable, Writable } from 'node:stream';

/** What a command sees of its process; tests hand in their own. */
export interface Surroundings {
  stdin: Readable;
  stdout: TerminalStream;
  stderr: TerminalStream;
  env: Readonly<Record<string, string | undefined>>;
  /** Where signals arrive. */
  signals: SignalSource;
}

export interface TerminalStream extends Writable {
  isTTY?: boolean | undefined;
  columns?: number | undefined;
}

export interface SignalSource {
  on(event: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  off(event: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
}

/** Narrower than this, a table cannot be read; wider lines are the terminal's to wrap. */
const LEAST_COLUMNS = 80;
/** Where nobody says how wide the output will be shown. */
const COLUMNS_OF_A_FILE = 100;

/** Columns to lay a table out for. */
export function columnsOf(stream: TerminalStream | undefined, env: Surroundings['env']): number {
  const stated = Number.parseInt(env.COLUMNS ?? '', 10);
  const columns = stream?.isTTY === true ? (stream.columns ?? stated) : stated;
  return Number.isFinite(columns) ? Math.max(LEAST_COLUMNS, columns) : COLUMNS_OF_A_FILE;
}

/** Whether to colour: NO_COLOR (no-color.org) and FORCE_COLOR, then whether it is a terminal that can. */
export function colourOf(stream: TerminalStream | undefined, env: Surroundings['env']): boolean {
  if ((env.NO_COLOR ?? '') !== '') return false;
  const forced = env.FORCE_COLOR;
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return stream !== undefined && redraws(stream, env);
}

/** Whether a line can be drawn over: by a terminal, unless it says that it is dumb (an editor's shell, a serial console). */
export function redraws(stream: TerminalStream, env: Surroundings['env']): boolean {
  return stream.isTTY === true && env.TERM !== 'dumb';
}

export function processSurroundings(): Surroundings {
  // Getters: naming process.stdin opens it, which a command that reads files must not do.
  return {
    get stdin() {
      return process.stdin;
    },
    get stdout() {
      return process.stdout;
    },
    get stderr() {
      return process.stderr;
    },
    env: process.env,
    signals: process,
  };
}
