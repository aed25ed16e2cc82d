import { type HostPart, isOfHost, MAX_HOSTS, toFix } from '../callers/host-part.ts';
import { KINDS, type KindCounts } from '../callers/kinds.ts';
import { countsOf, objectOf } from './json-object.ts';
import { maskedName } from './masked-name.ts';

/** `by_host` of the row of other callers, which has these counts; undefined for what cannot be of it. */
export function hostPartsOf(value: unknown, row: Readonly<KindCounts>): HostPart[] | undefined {
  if (!Array.isArray(value) || value.length > MAX_HOSTS + 1) return undefined;
  const parts = value.flatMap((item) => partOf(item) ?? []);
  if (parts.length !== value.length || new Set(parts.map(distinction)).size !== parts.length)
    return undefined;
  // Of a part of the row, each host may have as many; none is without one.
  const isOfRow = KINDS.every((kind, index) => {
    const counts = parts.map((part) => part.counts[index] ?? 0);
    return counts.every((count) => count <= row[kind]) && sumOf(counts) >= row[kind];
  });
  return isOfRow ? parts : undefined;
}

function partOf(value: unknown): HostPart | undefined {
  const json = objectOf(value);
  const [host, hostId] = [maskedName(json?.host), maskedName(json?.host_id)];
  const capture = maskedName(json?.capture) ?? '';
  const counts = countsOf(json, [...KINDS, 'without_name', 'v1_succeeded']);
  if (counts === undefined) return undefined;
  const kinds = KINDS.map((kind) => counts[kind]);
  const { without_name: withoutName, v1_succeeded: succeeded, v1 } = counts;
  if (withoutName > toFix(kinds) || succeeded > v1) return undefined;
  const part = { host, hostId, capture, counts: kinds, withoutName, succeeded };
  return isOfHost(part) || capture !== '' ? part : undefined;
}

/** Each host has one part: by its id, else by its name in whatever case. */
function distinction({ host, hostId, capture }: HostPart): string {
  return hostId || host?.toLowerCase() || capture;
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
