import { watchedByBoth } from './endpoints.ts';
import type { Completeness, Counters, SessionProof } from './model.ts';

/** The same id on two hosts is two sessions: neither hides what the other counted. */
export function sessionKey({ session, host }: SessionProof): string {
  return `${session}\n${host?.id || host?.name?.toLowerCase() || ''}`;
}

/**
 * Two lines of one session as one: the latest tells what was proven. Counts never fall as a session goes on, so that
 * of each the highest holds, whichever line says it: none takes back a call or a loss that another told.
 */
export function merged(one: SessionProof, other: SessionProof): SessionProof {
  const latest = isLater(one, other) ? one : other;
  const [a, b] = [one.calls, other.calls];
  return {
    ...latest,
    calls: {
      v1: Math.max(a.v1, b.v1),
      v2: Math.max(a.v2, b.v2),
      unknown: Math.max(a.unknown, b.unknown),
      foreign: Math.max(a.foreign, b.foreign),
      attempt: Math.max(a.attempt, b.attempt),
    },
    unwritten: Math.max(one.unwritten, other.unwritten),
    completeness: {
      ...latest.completeness,
      losses: highest(one.completeness.losses, other.completeness.losses),
      ...watchedByBoth(one.completeness, other.completeness),
      ...scopeOfEither(one.completeness, other.completeness),
    },
  };
}

/** What one line says was not seen, the session has not seen. */
function scopeOfEither(one: Completeness, other: Completeness): Pick<Completeness, 'scope'> {
  const scope = one.scope ?? other.scope;
  return scope === undefined ? {} : { scope };
}

/** A session's end is its last word, also where the clock was set back meanwhile. */
function isLater(one: SessionProof, other: SessionProof): boolean {
  return one.ended === other.ended ? one.to > other.to : one.ended;
}

function highest(one: Counters, other: Counters): Counters {
  const losses: Counters = { ...one };
  for (const [name, count] of Object.entries(other)) losses[name] = Math.max(count, losses[name] ?? 0);
  return losses;
}
