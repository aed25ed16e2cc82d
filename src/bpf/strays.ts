import { count } from '../journal/counters.ts';
import { OldestFirst } from '../journal/oldest-first.ts';
import type { ConnectionSummary, Counters } from '../model.ts';
import { GRACE_UNSEEN_MS } from './closed-sockets.ts';
import type { Socket } from './socket.ts';
import { isnKey, tupleKey } from './sockets.ts';

interface Stray {
  connection: ConnectionSummary;
  elapsed: number;
}

/**
 * Connections that ended without a known socket. Where the socket's records come after the wait, they
 * keep it from being taken for one of which no packet was captured.
 */
export class Strays {
  readonly #maximum: number;
  readonly #losses: Counters;
  /** By one key each, oldest first. */
  readonly #strays = new OldestFirst<string, Stray>();

  constructor(maximum: number, losses: Counters) {
    this.#maximum = maximum;
    this.#losses = losses;
  }

  add(connection: ConnectionSummary, elapsed: number): void {
    const key = keyOf(connection);
    this.#strays.delete(key);
    this.#strays.set(key, { connection, elapsed });
    if (this.#strays.size <= this.#maximum) return;
    const { oldest } = this.#strays;
    if (oldest === undefined) return;
    const stray = this.#strays.get(oldest);
    this.#strays.delete(oldest);
    // Older ones no socket asks for any more.
    if (stray !== undefined && elapsed - stray.elapsed < GRACE_UNSEEN_MS) {
      count(this.#losses, 'attribution.strays_evicted');
    }
  }

  /** The connection of this socket, if it is among them. */
  take({ local, remote, isn }: Socket): ConnectionSummary | undefined {
    if (remote === undefined) return undefined;
    const keys = [
      isn === undefined ? [] : isnKey(remote, isn),
      local === undefined ? [] : tupleKey(local, remote),
    ];
    for (const key of keys.flat()) {
      const stray = this.#strays.get(key);
      if (stray === undefined) continue;
      this.#strays.delete(key);
      return stray.connection;
    }
    return undefined;
  }
}

function keyOf({ clientIsn, client, endpoint }: ConnectionSummary): string {
  return clientIsn === undefined ? tupleKey(client, endpoint) : isnKey(endpoint, clientIsn);
}
