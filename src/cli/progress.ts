import { escapeText } from '../report/escape.ts';
import { redraws, type Surroundings, type TerminalStream } from './surroundings.ts';

/** What ends sooner needs no bar. */
const SHOW_AFTER_MS = 1000;
const REDRAW_MS = 100;
const BAR_WIDTH = 24;
const CLEAR_LINE = '\r\u001b[2K';

/** How far the reading is, in one line of a terminal's standard error; nothing where that cannot draw over it. */
export class ProgressBar {
  readonly #stream: TerminalStream;
  readonly #now: () => number;
  readonly #start: number;
  #drawnAt = Number.NEGATIVE_INFINITY;
  readonly #isShown: boolean;
  #visible = false;

  /** @param now milliseconds of a monotonic clock */
  constructor(
    { stderr, env }: Pick<Surroundings, 'stderr' | 'env'>,
    now: () => number = () => performance.now(),
  ) {
    this.#stream = stderr;
    this.#isShown = redraws(stderr, env);
    this.#now = now;
    this.#start = now();
  }

  /** @param total absent where the input's end is not known, as with a pipe */
  update(name: string, bytesRead: number, total: number | undefined): void {
    if (!this.#isShown) return;
    const now = this.#now();
    if (now - this.#start < SHOW_AFTER_MS || now - this.#drawnAt < REDRAW_MS) return;
    this.#drawnAt = now;
    this.#visible = true;
    const line = describe(name, bytesRead, total, (now - this.#start) / 1000);
    this.#stream.write(CLEAR_LINE + line.slice(0, (this.#stream.columns ?? 80) - 1));
  }

  /** Gives the line back, for results or diagnostics. */
  clear(): void {
    if (!this.#visible) return;
    this.#visible = false;
    this.#stream.write(CLEAR_LINE);
  }
}

function describe(name: string, bytesRead: number, total: number | undefined, seconds: number): string {
  const rate = `${megabytes(bytesRead)} MB, ${megabytes(bytesRead / seconds)} MB/s`;
  if (total === undefined || total === 0) return `${rate}  ${escapeText(name)}`;
  const share = Math.min(1, bytesRead / total);
  const bar = '#'.repeat(Math.round(share * BAR_WIDTH)).padEnd(BAR_WIDTH, '.');
  return `[${bar}] ${Math.floor(share * 100)} % of ${megabytes(total)} MB, ${megabytes(bytesRead / seconds)} MB/s  ${escapeText(name)}`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);
}
