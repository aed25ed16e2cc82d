import { Session } from 'node:inspector';
import { sep } from 'node:path';

const SOURCE = `${sep}src${sep}`;

/**
 * Counts work as executions of the blocks of src/, by V8's own precise coverage: the same on every machine,
 * however busy it is.
 */
export class WorkCounter {
  readonly #session = new Session();

  constructor() {
    this.#session.connect();
    this.#post('Profiler.enable');
    this.#post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** Executions since the last call. */
  take(): number {
    let work = 0;
    const { result } = this.#post('Profiler.takePreciseCoverage') as CoverageResult;
    for (const script of result) {
      if (!script.url.includes(SOURCE)) continue;
      for (const { ranges } of script.functions) for (const { count } of ranges) work += count;
    }
    return work;
  }

  stop(): void {
    this.#post('Profiler.stopPreciseCoverage');
    this.#session.disconnect();
  }

  /** The inspector of the own thread answers before `post` returns. */
  #post(method: string, params: object = {}): unknown {
    let answer: unknown;
    this.#session.post(method, params, (error, result) => {
      if (error !== null) throw error;
      answer = result;
    });
    return answer;
  }
}

interface CoverageResult {
  result: readonly { url: string; functions: readonly { ranges: readonly { count: number }[] }[] }[];
}
