import type { SessionRecord } from '../bpf/records.ts';
import { hostOf } from '../bpf/session.ts';
import { watchedOf } from '../endpoints.ts';
import type { Completeness, SessionProof } from '../model.ts';

export interface Standing {
  /** Until when it has watched. */
  to: bigint;
  ended: boolean;
  calls: SessionProof['calls'];
  /** Calls that are not in the log. */
  unwritten: number;
  completeness: Completeness;
}

/** What the session that has this header can say of itself. */
export function sessionProof(header: SessionRecord, standing: Standing): SessionProof {
  const from = BigInt(header.time);
  // At its beginning, nothing was read yet that says which views there are.
  const { views = header.views } = standing.completeness;
  const watched = watchedOf(header.endpoints);
  const scope = header.scope === 'container' ? { scope: header.scope } : {};
  return {
    ...standing,
    completeness: { ...standing.completeness, views, watched, ...scope },
    session: header.session,
    host: hostOf(header),
    from,
    to: standing.to < from ? from : standing.to,
    bootTime: header.boot_time === undefined ? undefined : BigInt(header.boot_time),
  };
}
