import type { ConnectionSummary } from '../model.ts';
import type { Socket } from './socket.ts';

/** Captured bytes against the kernel's counts. */
export interface Balance {
  /** Connections seen, and sockets that the kernel counted bytes of but no packet was captured of. */
  connections: number;
  provableConnections: number;
  capturedBytes: number;
  kernelBytes: number;
}

/** Books connections and sockets into the balance, each once, in whatever order they become known. */
export class Ledger {
  readonly balance: Balance = { connections: 0, provableConnections: 0, capturedBytes: 0, kernelBytes: 0 };
  #joined = 0;

  /** Connections were captured, and the kernel counted bytes of some, but not one is both. */
  get haveNothingInCommon(): boolean {
    const { connections, provableConnections, kernelBytes } = this.balance;
    return this.#joined === 0 && kernelBytes > 0 && connections > provableConnections;
  }

  /** A connection has ended; its socket may still be open, or not be known at all. {@link settle} follows. */
  connection(connection: ConnectionSummary, socket: Socket | undefined): void {
    if (socket === undefined) {
      this.balance.connections++;
      return;
    }
    this.#joined++;
    if (!socket.seen) this.balance.connections++;
    socket.seen = true;
    socket.requestBytes += connection.requestBytes;
    socket.responseBytes += connection.responseBytes;
  }

  /** The socket of a connection that was booked without one. */
  late(connection: ConnectionSummary, socket: Socket): void {
    this.balance.connections--;
    this.connection(connection, socket);
    this.settle(socket);
  }

  /** Of a socket that is closed and whose connection was seen, what is captured of it is credited. */
  settle(socket: Socket): void {
    if (!socket.seen || socket.closed === undefined) return;
    const { sent = 0, received = 0 } = socket;
    if (!socket.settled && socket.provable) {
      this.balance.provableConnections++;
      this.balance.kernelBytes += sent + received;
    }
    socket.settled = true;
    if (!socket.provable) return;
    // More than the kernel counted cannot be of it, and must not make up for what others lack.
    const credit = Math.min(socket.requestBytes, sent) + Math.min(socket.responseBytes, received);
    this.balance.capturedBytes += credit - socket.credited;
    socket.credited = credit;
  }

  /**
   * No packet was captured of this socket: all that the kernel counted is missing.
   *
   * @param told as a call, which is on a connection
   */
  unseen(socket: Socket, told: boolean): void {
    if (told || (socket.sent ?? 0) + (socket.received ?? 0) > 0) {
      this.balance.connections++;
      socket.seen = true;
      this.settle(socket);
    }
    socket.settled = true;
  }
}
