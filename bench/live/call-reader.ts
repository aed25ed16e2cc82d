/** The process of an event, where it is the clients' program. */
const PROCESS = /"process":\{"pid":(\d+),"entity_id":"\w+","name":"load"/;

/** Reads `imds live --jsonl` and holds each call against what its client says of itself in the path. */
export class CallReader {
  /** Calls with the mark in their path. */
  seen = 0;
  /** Of them, those whose process is the one that the path names, with its name. */
  correct = 0;
  /** From the request to the arrival of its line here, in milliseconds; empty unless kept. */
  readonly delays: number[] = [];
  readonly #path: RegExp;
  readonly #keepsDelays: boolean;
  #rest = '';

  constructor(mark: string, keepsDelays: boolean) {
    this.#path = new RegExp(`"path":"/latest/meta-data/${mark}/(\\d+)/(\\d+)"`);
    this.#keepsDelays = keepsDelays;
  }

  read(text: string): void {
    const now = Date.now();
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const path = this.#path.exec(line);
      if (path === null) continue;
      this.seen++;
      if (PROCESS.exec(line)?.[1] === path[1]) this.correct++;
      if (this.#keepsDelays) this.delays.push(now - Number(path[2]) / 1e6);
    }
  }

  /** The delay that so many of a hundred calls do not exceed. */
  delay(percent: number): number {
    const sorted = [...this.delays].sort((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? Number.NaN;
  }
}
