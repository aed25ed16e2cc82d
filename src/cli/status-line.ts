import { redraws, type Surroundings, type TerminalStream } from './surroundings.ts';

const REDRAW_MS = 500;
const CLEAR_LINE = '\r\u001b[2K';

/** How a session stands, in one line of a terminal's standard error; nothing where that cannot draw over it. */
export class StatusLine {
  readonly #stream: TerminalStream;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #text: () => string;
  #visible = false;

  constructor({ stderr: stream, env }: Pick<Surroundings, 'stderr' | 'env'>, text: () => string) {
    this.#stream = stream;
    this.#text = text;
    if (redraws(stream, env)) this.#timer = setInterval(() => this.#draw(), REDRAW_MS);
  }

  /** Gives the line back, for calls and diagnostics. */
  clear(): void {
    if (!this.#visible) return;
    this.#visible = false;
    this.#stream.write(CLEAR_LINE);
  }

  end(): void {
    clearInterval(this.#timer);
    this.clear();
  }

  #draw(): void {
    this.#visible = true;
    this.#stream.write(CLEAR_LINE + this.#text().slice(0, (this.#stream.columns ?? 80) - 1));
  }
}
