import { JournalClock } from '../../journal/clock.ts';
import type { Counters, Endpoint } from '../../model.ts';
import type { Packet, PacketFilter } from '../../ports.ts';
import { SegmentDecoder } from '../decode/decoder.ts';
import type { Segment } from '../decode/segment.ts';
import { EndpointTable } from '../endpoints.ts';
import { createEndpointFilter } from '../filter.ts';
import type { Shared } from '../tcp/connection.ts';
import { ConnectionTable } from '../tcp/connection-table.ts';
import { MemoryBudget } from '../tcp/memory-budget.ts';
import { sharedBudgets } from '../tcp/shared-budgets.ts';
import { ConnectionBlanker } from './connection-blanker.ts';
import type { Disguise } from './disguise.ts';
import { type Datagram, HeldFragments, placeOf } from './fragments.ts';
import { HeldPacket } from './held-packet.ts';
import { HOLD_MS, PacketHold } from './packet-hold.ts';
import type { Side } from './side.ts';

const MIB = 1024 * 1024;
const REMEMBERED_BYTES = 32 * MIB;

/** A packet whose secrets are blanked: bytes of its own, which nobody writes to any more. */
export type BlankedPacket = Packet;

export interface BlankerOptions {
  /** Milliseconds of journal time that a packet is held at most; {@link HOLD_MS} unless told. */
  holdMs?: number | undefined;
  /** Replaces names in what is kept. */
  disguise?: Disguise | undefined;
}

/**
 * Blanks what may be secret in packets that are to be saved. The same packets leave in the same order, with
 * the same lengths and times. What is kept is kept because it was read as a harmless part of an HTTP/1
 * message: start lines without query values, names of fields, values of listed ones, the framing of bodies.
 * Everything else behind the TCP header is blank, and `analyze` finds the same calls in it.
 *
 * A packet is held until all of its payload is decided: at most about a second of journal time unless told
 * otherwise, after which what is undecided is blanked. Packets of no endpoint keep their headers alone.
 */
export class Blanker {
  /** `blank.…`: waits that ended undecided, and limits that were met. Of reading, the assembler counts. */
  readonly losses: Counters = {};
  readonly #filter: PacketFilter;
  readonly #decoder: SegmentDecoder;
  readonly #connections: ConnectionTable;
  readonly #fragments = new HeldFragments(this.losses);
  readonly #hold: PacketHold;
  readonly #clock = new JournalClock();
  readonly #disguise: Disguise | undefined;
  #blankedBytes = 0;
  /** The packet whose segment is on its way to its connection. */
  #current: HeldPacket | undefined;
  #datagram: Datagram | undefined;

  constructor(
    endpoints: readonly Endpoint[],
    emit: (packet: BlankedPacket) => void,
    { holdMs = HOLD_MS, disguise }: BlankerOptions = {},
  ) {
    const finish = (held: HeldPacket): void => {
      this.#blankedBytes += held.changedBytes;
      emit(held.finish());
    };
    this.#hold = new PacketHold(finish, this.losses, holdMs);
    this.#disguise = disguise;
    this.#filter = createEndpointFilter(endpoints);
    // What it counts is what the assembler counts of the same packets.
    const readingLosses: Counters = {};
    this.#decoder = new SegmentDecoder(new EndpointTable(endpoints), readingLosses);
    this.#connections = new ConnectionTable(endpoints, this.#shared(readingLosses), () => {});
  }

  /** Bytes of payload that are not what they were, in packets that have left. */
  get blankedBytes(): number {
    return this.#blankedBytes;
  }

  /** Takes a packet of the reader's: it is copied. */
  packet(packet: Packet): void {
    this.#read(packet, this.#take(packet));
    this.#hold.release(this.#clock.elapsed);
  }

  /** Takes a packet in which nothing is to be blanked, and which is read by nobody: it keeps its place. */
  pass(packet: Packet): void {
    this.#take(packet);
    this.#hold.release(this.#clock.elapsed);
  }

  /** Journal time passes. */
  advance(seconds: number, nanoseconds: number): void {
    this.#clock.now(seconds * 1000 + nanoseconds / 1e6);
    this.#connections.advance(seconds, nanoseconds);
    this.#hold.release(this.#clock.elapsed);
  }

  /** What is held leaves now, and what is undecided of it is blanked. */
  giveUp(): void {
    this.#hold.end();
  }

  /** The capture has ended: what is held leaves. */
  end(): void {
    this.#connections.end();
    this.#decoder.end();
    this.#hold.end();
  }

  #take(packet: Packet): HeldPacket {
    this.advance(packet.seconds, packet.nanoseconds);
    const held = new HeldPacket(packet, this.#clock.elapsed);
    this.#hold.push(held);
    return held;
  }

  #read(packet: Packet, held: HeldPacket): void {
    const { bytes, view, offset, capturedLength, linkType } = packet;
    const { layout } = held;
    const wanted =
      layout !== undefined && this.#filter.accepts(bytes, view, offset, capturedLength, linkType);
    if (!wanted) {
      held.fill(layout?.payload ?? 0, layout?.end ?? capturedLength, 0);
      return;
    }
    const datagram = layout.fragment && this.#fragments.add(held, layout.fragment);
    if (!this.#decoder.decode(packet)) {
      if (datagram === undefined) held.fill(layout.payload, layout.end, 0);
      return;
    }
    const { segment } = this.#decoder;
    this.#current = held;
    this.#datagram = datagram;
    this.#connections.receive(segment);
    if (this.#current !== undefined) this.#unclaimed(held, segment, datagram);
    this.#current = undefined;
  }

  /** The segment is of a connection. */
  readonly #claim = (side: Side, sequence: number): void => {
    const held = this.#current;
    if (held === undefined) return;
    this.#current = undefined;
    const { segment } = this.#decoder;
    if (this.#datagram !== undefined) this.#datagram.place(placeOf(segment, side, sequence));
    else if (held.layout !== undefined) {
      side.add(held, held.layout.payload, held.layout.end - held.layout.payload, sequence);
    }
  };

  /** The segment has no payload, or is of no connection. */
  #unclaimed(held: HeldPacket, segment: Segment, datagram: Datagram | undefined): void {
    if (datagram !== undefined) datagram.place(placeOf(segment, undefined, 0));
    else if (held.layout !== undefined) held.fill(held.layout.payload, held.layout.end, 0);
  }

  #shared(losses: Counters): Shared {
    const remembered = new MemoryBudget(REMEMBERED_BYTES);
    return {
      ...sharedBudgets(),
      losses,
      observe: (connection) =>
        new ConnectionBlanker(connection, remembered, this.losses, this.#claim, this.#disguise),
      exchange: () => {},
    };
  }
}
