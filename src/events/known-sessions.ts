import type { SessionProof } from '../model.ts';

/** More hosts and sessions than a report can show. */
const MAX_SESSIONS = 65_536;

/** Sessions of a file, each as it last stood: its lines tell all since it began. */
export class KnownSessions {
  readonly #sessions = new Map<string, SessionProof>();
  /** Sessions beyond the maximum. */
  turnedAway = 0;

  add(proof: SessionProof): void {
    const known = this.#sessions.get(proof.session);
    if (known === undefined && this.#sessions.size >= MAX_SESSIONS) this.turnedAway++;
    else if (known === undefined || proof.to > known.to || proof.ended)
      this.#sessions.set(proof.session, proof);
  }

  get all(): SessionProof[] {
    return [...this.#sessions.values()];
  }
}
