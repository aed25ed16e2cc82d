import type { CrossCheck } from '../capture/cross-check/index.ts';
import { UsageError } from '../errors.ts';
import type { CapturePart } from '../inputs.ts';
import type { CaptureSummary, Endpoint, ImdsCall } from '../model.ts';
import type { Sink } from '../ports.ts';
import { countOf, countText } from '../words.ts';

/** `--cross-check`: keeps the calls of a capture on their way, and has a second reader find the same. */
export class CrossChecker {
  #calls: ImdsCall[] = [];

  /** @throws UsageError for standard input, which can be read only once */
  constructor(paths: readonly string[]) {
    if (paths.includes('-')) {
      throw new UsageError('--cross-check: standard input cannot be read a second time', {
        code: 'usage.cross-check',
        remedy: 'Save the capture to a file first.',
      });
    }
  }

  /** What to hand to the pipeline in place of the sink. */
  tap(sink: Sink): Sink {
    return {
      call: (call) => {
        this.#calls.push(call.call);
        sink.call(call);
      },
      ready: () => sink.ready(),
      end: (captures) => sink.end(captures),
    };
  }

  /** One sentence of what agrees, of the capture just read; an error names the first packet that differs. */
  async check(
    { name, files, packets, bytes }: CaptureSummary,
    parts: readonly CapturePart[],
    endpoints: readonly Endpoint[],
  ): Promise<string> {
    const calls = this.#calls;
    this.#calls = [];
    // Loaded here alone: it brings a second reader that nothing else needs.
    const { crossCheck } = await import('../capture/cross-check/index.ts');
    const locations = new Map(parts.map(({ path, location }) => [path, location]));
    const locate = (path: string) => locations.get(path) ?? path;
    const agreed = await crossCheck(files, endpoints, { packets, bytes, calls }, locate);
    const rest = calls.length - agreed.calls;
    const words = [
      countOf(agreed.packets, 'packet'),
      countOf(agreed.bytes, 'byte'),
      rest === 0 ? countOf(agreed.calls, 'call') : `${agreed.calls} of ${countOf(calls.length, 'call')}`,
    ];
    return `${name}: two readers agree on ${words.join(', ')}${reasons(agreed, rest)}`;
  }
}

/** Why the other calls were not compared, by how many. */
function reasons({ callsNotCompared, callsNotWhole }: CrossCheck, rest: number): string {
  const counts = [
    [callsNotWhole, 'not whole in the capture'],
    [callsNotCompared - callsNotWhole, 'that the second reader does not read'],
    [rest - callsNotCompared, 'without a request that was read'],
  ] as const;
  const told = counts.filter(([count]) => count > 0).map(([count, why]) => `${countText(count)} ${why}`);
  return told.length === 0 ? '' : `; not compared: ${told.join(', ')}`;
}
