import type { LiveEvent } from '../live/session.ts';

/** Steps that clients repeat together. */
const LONGEST_CYCLE = 4;

/**
 * What a client did, one step a kind of request; repetitions once, since how often depends on the hour.
 * @param isParallel it asks several things at a time, so that their order says nothing
 */
export function sequenceOf(events: readonly LiveEvent[], isParallel = false): string[] {
  if (isParallel) return [...new Set(events.map(stepOf))].sort();
  const ordered = [...events].sort((a, b) => (a['@timestamp'] < b['@timestamp'] ? -1 : 1));
  return withoutRepeats(ordered.map(stepOf));
}

/** `v2 PUT 403`, `v1 GET 200`. */
function stepOf({ imds: { version }, http }: LiveEvent): string {
  return [version, http?.request?.method, http?.response?.status_code ?? 'unanswered'].join(' ');
}

export function withoutRepeats(steps: readonly string[]): string[] {
  let kept = [...steps];
  for (let length = 1; length <= LONGEST_CYCLE; length++) kept = withoutCycles(kept, length);
  return kept;
}

function withoutCycles(steps: readonly string[], length: number): string[] {
  const kept: string[] = [];
  for (const step of steps) {
    kept.push(step);
    const last = kept.slice(-length);
    if (kept.length >= 2 * length && last.every((text, at) => text === kept[kept.length - 2 * length + at])) {
      kept.length -= length;
    }
  }
  return kept;
}
