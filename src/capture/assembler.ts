import type { ConnectionSummary, Counters, Endpoint, ImdsCall, SocketAddress } from '../model.ts';
import type { Packet, PacketFilter } from '../ports.ts';

/** What the assembler finds; called synchronously, in the order of the journal. */
export interface AssemblerHandler {
  call(call: ImdsCall): void;
  connectionEnd(connection: ConnectionSummary): void;
}

/** Packets → TCP streams → HTTP exchanges → calls. Knows nothing of processes. Time is capture time. */
export interface Assembler {
  /** What the packet source asks of each packet before it makes a {@link Packet} of it. */
  readonly filter: PacketFilter;
  readonly losses: Counters;
  packet(packet: Packet): void;
  /** Journal time passes without a packet (a tick): waits and expiries that are due happen. */
  advance(seconds: number, nanoseconds: number): void;
  /** The kernel has closed the client's socket: of its connection nothing follows but what is late. */
  closeSocket(endpoint: SocketAddress, client: SocketAddress, isn: number): void;
  /** The capture has ended: what is open is emitted as it stands. */
  end(): void;
}

export type CreateAssembler = (endpoints: readonly Endpoint[], handler: AssemblerHandler) => Assembler;
