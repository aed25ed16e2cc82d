import type { SessionProof } from '../model.ts';
import { merged, sessionKey } from '../sessions.ts';

/** More hosts and sessions than a report can show. */
const MAX_SESSIONS = 65_536;
/** Counters of losses of all of them: most have none. */
const MAX_COUNTERS = 262_144;

/** Room for sessions of all files together. */
export class SessionRoom {
  sessions = MAX_SESSIONS;
  counters = MAX_COUNTERS;
}

/** Sessions of a file, each as it last stood: its lines tell all since it began. */
export class KnownSessions {
  readonly #sessions = new Map<string, SessionProof>();
  readonly #room: SessionRoom;
  /** Lines of sessions beyond the maximum. */
  turnedAway = 0;

  constructor(room = new SessionRoom()) {
    this.#room = room;
  }

  add(proof: SessionProof): void {
    const key = sessionKey(proof);
    const known = this.#sessions.get(key);
    const session = known === undefined ? proof : merged(known, proof);
    const added = countersOf(session) - (known === undefined ? 0 : countersOf(known));
    const room = this.#room;
    if ((known === undefined && room.sessions === 0) || (added > 0 && added > room.counters)) {
      this.turnedAway++;
      return;
    }
    if (known === undefined) room.sessions--;
    room.counters -= added;
    this.#sessions.set(key, session);
  }

  get all(): SessionProof[] {
    return [...this.#sessions.values()];
  }
}

function countersOf({ completeness }: SessionProof): number {
  return Object.keys(completeness.losses).length;
}
