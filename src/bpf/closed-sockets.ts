import { Fifo } from '../journal/fifo.ts';
import { OldestFirst } from '../journal/oldest-first.ts';
import type { Socket } from './socket.ts';

/** How long after its close a socket is remembered: for stray packets, or for its connection to end. */
const GRACE_SETTLED_MS = 10_000;
export const GRACE_UNSEEN_MS = 300_000;

/** Sockets that are closed, by the journal time at which they are to be forgotten. */
export class ClosedSockets {
  readonly #settled = new Fifo<{ socket: Socket; due: number }>();
  readonly #unseen = new OldestFirst<Socket, number>();

  /** Its connection has not ended, or has not been captured at all. */
  awaitConnection(socket: Socket, elapsed: number): void {
    if (!this.#unseen.has(socket)) this.#unseen.set(socket, elapsed + GRACE_UNSEEN_MS);
  }

  /** All is known of it. */
  settle(socket: Socket, elapsed: number): void {
    this.#unseen.delete(socket);
    this.#settled.push({ socket, due: elapsed + GRACE_SETTLED_MS });
  }

  remove(socket: Socket): void {
    this.#unseen.delete(socket);
  }

  takeSettled(elapsed: number): Socket | undefined {
    const first = this.#settled.first;
    return first !== undefined && first.due <= elapsed ? this.#settled.shift()?.socket : undefined;
  }

  takeUnseen(elapsed: number): Socket | undefined {
    const { oldest } = this.#unseen;
    if (oldest === undefined || (this.#unseen.get(oldest) ?? 0) > elapsed) return undefined;
    this.#unseen.delete(oldest);
    return oldest;
  }

  clear(): void {
    this.#settled.clear();
    this.#unseen.clear();
  }
}
