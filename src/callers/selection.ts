import type { CaptureSummary } from '../model.ts';

/** What made JSON reports of these captures leave calls out, each once. */
export function leavesOutOf(captures: readonly Pick<CaptureSummary, 'leavesOut'>[]): string[] {
  return [...new Set(captures.flatMap(({ leavesOut = [] }) => leavesOut))];
}
