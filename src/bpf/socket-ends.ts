import type { Endpoint, ImdsCall } from '../model.ts';
import { ClosedSockets } from './closed-sockets.ts';
import { callOfUnseen } from './empty-connection.ts';
import type { Finding, JournalState } from './journal-state.ts';
import type { Ledger } from './ledger.ts';
import type { Socket } from './socket.ts';

/** What becomes of sockets that are closed: held against their connection, told of where there is none, forgotten. */
export class SocketEnds {
  readonly #endpoints: readonly Endpoint[];
  readonly #ledger: Ledger;
  readonly #emit: (call: ImdsCall, finding: Finding) => void;
  readonly #closed = new ClosedSockets();

  /** @param emit given a call of which no connection is in the capture */
  constructor(
    endpoints: readonly Endpoint[],
    ledger: Ledger,
    emit: (call: ImdsCall, finding: Finding) => void,
  ) {
    this.#endpoints = endpoints;
    this.#ledger = ledger;
    this.#emit = emit;
  }

  /**
   * A socket that is closed waits for its connection to end, and is then forgotten.
   *
   * @param elapsed journal time, milliseconds
   */
  settle(state: JournalState | undefined, socket: Socket, elapsed: number): void {
    const before = socket.settled;
    this.#ledger.settle(socket);
    if (socket.closed === undefined || before) return;
    if (socket.settled) this.#closed.settle(socket, elapsed);
    else if (state !== undefined && socket.neverSent && !state.session.hasLostEvents) {
      // Nothing is waited for, unless its SYN may be among the events that were lost.
      this.#reportUnseen(state, socket);
      state.sockets.remove(socket);
    } else this.#closed.awaitConnection(socket, elapsed);
  }

  /** Journal time goes on: those that are due are forgotten. */
  expire(state: JournalState, elapsed: number): void {
    for (let socket = this.#closed.takeSettled(elapsed); socket; socket = this.#closed.takeSettled(elapsed)) {
      state.sockets.remove(socket);
    }
    this.#forgetUnseen(state, elapsed, false);
  }

  /**
   * Nothing more will be told of the session: none is waited for.
   *
   * @param over no connection is open any more
   */
  end(state: JournalState, over: boolean): void {
    this.#forgetUnseen(state, Number.POSITIVE_INFINITY, over);
  }

  /** It had to go before its time. */
  remove(socket: Socket): void {
    this.#closed.remove(socket);
  }

  clear(): void {
    this.#closed.clear();
  }

  #forgetUnseen(state: JournalState, elapsed: number, over: boolean): void {
    for (let socket = this.#closed.takeUnseen(elapsed); socket; socket = this.#closed.takeUnseen(elapsed)) {
      // A stream was announced, and its connection may be open still; or all of its packets were lost.
      const packets = socket.called || (socket.streamed && !over);
      if (packets && elapsed < Number.POSITIVE_INFINITY) {
        this.#closed.awaitConnection(socket, elapsed);
        continue;
      }
      const connection = state.strays.take(socket);
      if (connection !== undefined) this.#ledger.late(connection, socket);
      else if (!packets) this.#reportUnseen(state, socket);
      state.sockets.remove(socket);
    }
  }

  /** No connection of a closed socket is in the capture. */
  #reportUnseen(state: JournalState, socket: Socket): void {
    const { remote, since, closed } = socket;
    const endpoint = this.#endpoints.find(
      ({ address, port }) => address === remote?.address && port === remote.port,
    );
    const time = since ?? closed;
    if (endpoint === undefined || time === undefined) return;
    const call = callOfUnseen(socket, endpoint, time, state.isOlder(socket));
    if (call !== undefined) this.#emit(call, state.findOwner(socket, call));
    this.#ledger.unseen(socket, call !== undefined);
  }
}
