import type { Problem } from '../model.ts';
import type { CaptureInput, Found } from './types.ts';

/**
 * A part of a session that stands in several files, as a capture and what `imds scrub` made of it, is read from the
 * largest of them, or the first: read twice, it would be calls and counts that there never were.
 */
export function withoutCopies(found: readonly Found[], problems: Problem[]): Found[] {
  const best = new Map<string, Found>();
  const placeOf = ({ session, order }: Found) => `${order} ${session}`;
  for (const part of found) {
    const known = best.get(placeOf(part));
    if (known === undefined || (part.size ?? 0) > (known.size ?? 0)) best.set(placeOf(part), part);
  }
  return found.filter((part) => {
    const read = best.get(placeOf(part));
    if (part.session === undefined || read === part || read === undefined) return true;
    problems.push({
      code: 'input.copy',
      message: `${part.path}: not read, for it is the same part of the same session as ${read.path}`,
      remedy: 'Its calls are in the report once.',
      damage: false,
    });
    return false;
  });
}

/** Files of one session, or of a ring, are one capture. */
export function group(found: readonly Found[], ring: boolean): CaptureInput[] {
  const groups = new Map<string, Found[]>();
  for (const [i, part] of found.entries()) {
    const key = ring ? 'ring' : part.session === undefined ? `file ${i}` : `session ${part.session}`;
    const parts = groups.get(key);
    if (parts === undefined) groups.set(key, [part]);
    else parts.push(part);
  }
  return [...groups.values()].map((parts) => {
    parts.sort((a, b) => (ring ? 0 : a.order - b.order) || byTime(a.firstTime, b.firstTime));
    const files = parts.map(({ path }) => path);
    return { name: files[0] ?? '', files, parts };
  });
}

/** What has no time (standard input, a file without a packet) comes last; the sort is stable. */
function byTime(a: bigint | undefined, b: bigint | undefined): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  return a < b ? -1 : a > b ? 1 : 0;
}
