import type { SessionProof } from '../model.ts';
import { merged, sessionKey } from '../sessions.ts';

/** More hosts and sessions than a report can show. */
const MAX_SESSIONS = 65_536;
/** Counters of losses of all of them: most have none. */
const MAX_COUNTERS = 262_144;

/** Sessions of a file, each as it last stood: its lines tell all since it began. */
export class KnownSessions {
  readonly #sessions = new Map<string, SessionProof>();
  #counters = 0;
  /** Lines of sessions beyond the maximum. */
  turnedAway = 0;

  add(proof: SessionProof): void {
    const key = sessionKey(proof);
    const known = this.#sessions.get(key);
    const session = known === undefined ? proof : merged(known, proof);
    const added = countersOf(session) - (known === undefined ? 0 : countersOf(known));
    const isTooMany = known === undefined && this.#sessions.size >= MAX_SESSIONS;
    if (isTooMany || (added > 0 && this.#counters + added > MAX_COUNTERS)) {
      this.turnedAway++;
      return;
    }
    this.#counters += added;
    this.#sessions.set(key, session);
  }

  get all(): SessionProof[] {
    return [...this.#sessions.values()];
  }
}

function countersOf({ completeness }: SessionProof): number {
  return Object.keys(completeness.losses).length;
}
