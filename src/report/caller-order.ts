import type { Caller } from './caller.ts';
import { KINDS } from './kinds.ts';

/** What to fix first: by the worst that is read over IMDSv1, by the worst kind, by how often, by who was first. */
export function compareCallers(a: Caller, b: Caller): number {
  const [worstOfA, worstOfB] = [a.worstOverV1, b.worstOverV1];
  if (worstOfA !== worstOfB) return worstOfA - worstOfB;
  for (const kind of KINDS.keys()) {
    const difference = (b.counts[kind] ?? 0) - (a.counts[kind] ?? 0);
    if (difference !== 0) return difference;
  }
  if (a.first !== b.first) return a.first < b.first ? -1 : 1;
  const [first, second] = [distinction(a), distinction(b)];
  return first < second ? -1 : Number(first > second);
}

/** What tells two rows apart, so that their order never is that of the reading. */
function distinction({ identity, userAgents }: Caller): string {
  const { scope, process, client } = identity;
  const { executable, containerId, unit } = process?.process ?? {};
  return JSON.stringify([
    scope,
    process?.program,
    process?.startedBy,
    executable,
    containerId,
    unit,
    client,
    userAgents.values,
  ]);
}
