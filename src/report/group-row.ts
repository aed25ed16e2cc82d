import { foreignProbe } from '../causes/rules/foreign-probe.ts';
import { SEVERITIES, type Severity } from '../causes/types.ts';
import { diagnosisOf } from './diagnosis.ts';
import type { Group } from './groups.ts';
import { type KindCounts, kindCounts } from './kinds.ts';
import { isoNanoseconds } from './time.ts';
import type { GroupKey } from './types.ts';

/** A group as data: of the columns of a caller, those that are of groups too. Masked, not yet escaped. */
export interface GroupRow extends KindCounts {
  group: string | undefined;
  /** Callers whose calls are in it. */
  callers: number;
  host: string | undefined;
  container_id: string | undefined;
  unit: string | undefined;
  user: string | undefined;
  v1_succeeded: number;
  worst_path: string | undefined;
  first_seen: string | undefined;
  last_seen: string | undefined;
  /** Causes of its callers with the number of them: `no-token 2`. */
  cause: string[];
  severity: Severity | undefined;
  findings: string[];
}

export function groupRow(group: Group, key: GroupKey): GroupRow {
  const { name, callers, counts, succeeded, worstPath, first, last } = group;
  const diagnoses = [...callers].map(diagnosisOf);
  const kinds = kindCounts(counts);
  // What its callers read elsewhere without a token says nothing of calls of another kind.
  const causes = diagnoses
    .flatMap(({ cause }) => cause ?? [])
    .filter(({ id }) => kinds.v1 > 0 || (kinds.foreign > 0 && id === foreignProbe.id));
  const severities = causes.map(({ severity }) => SEVERITIES.indexOf(severity));
  return {
    group: name,
    callers: callers.size,
    host: key === 'host' ? name : undefined,
    container_id: key === 'container' ? name : undefined,
    unit: key === 'unit' ? name : undefined,
    user: key === 'user' ? name : undefined,
    ...kinds,
    v1_succeeded: succeeded,
    worst_path: worstPath,
    first_seen: first === undefined ? undefined : isoNanoseconds(first),
    last_seen: last === undefined ? undefined : isoNanoseconds(last),
    cause: counted(causes.map(({ id }) => id)),
    severity: severities.length === 0 ? undefined : SEVERITIES[Math.min(...severities)],
    findings: counted(diagnoses.flatMap(({ findings }) => findings.map(({ id }) => id))),
  };
}

/** The most frequent first. */
function counted(ids: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return [...counts]
    .sort(([a, many], [b, few]) => few - many || (a < b ? -1 : 1))
    .map(([id, count]) => `${id} ${count}`);
}
