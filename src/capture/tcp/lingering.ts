import { Fifo } from '../../journal/fifo.ts';
import type { ClosedConnection } from './closed-connection.ts';
import type { Path } from './path.ts';

/** As a TCP's own TIME-WAIT (RFC 9293 §3.3.2; Linux: 60 s): later, a packet is of another connection. */
const LINGER_SECONDS = 60;
const MAX_LINGERING = 16_384;
/** Of so many, late copies are compared byte by byte: they take half of the histories' memory at most. */
const MAX_COMPARED = 4096;

interface Entry {
  path: Path;
  closed: ClosedConnection;
  since: number;
}

/** Paths of closed connections, until no late copy of their packets is to be expected. */
export class Lingering {
  readonly #compared = new Fifo<ClosedConnection>();
  readonly #paths = new Fifo<Entry>();
  readonly #forget: (path: Path, closed: ClosedConnection) => void;

  constructor(forget: (path: Path, closed: ClosedConnection) => void) {
    this.#forget = forget;
  }

  add(path: Path, closed: ClosedConnection, now: number): void {
    path.connection = closed;
    closed.pathCount++;
    this.#compared.push(closed);
    if (this.#compared.length > MAX_COMPARED) this.#compared.shift()?.release();
    this.#paths.push({ path, closed, since: now });
    if (this.#paths.length > MAX_LINGERING) this.#forgetFirst();
  }

  expire(now: number): void {
    for (let { first } = this.#paths; first !== undefined && now - first.since >= LINGER_SECONDS; ) {
      this.#forgetFirst();
      first = this.#paths.first;
    }
  }

  #forgetFirst(): void {
    const entry = this.#paths.shift();
    if (entry === undefined) return;
    entry.closed.pathCount--;
    if (entry.closed.pathCount === 0) entry.closed.release();
    this.#forget(entry.path, entry.closed);
  }
}
