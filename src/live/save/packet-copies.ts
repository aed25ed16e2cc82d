import { createHash } from 'node:crypto';
import { layoutOf } from '../../capture/blank/layout.ts';
import { copyPacket } from '../../capture/copy-packet.ts';
import { networkOffset } from '../../capture/decode/link.ts';
import { JournalClock } from '../../journal/clock.ts';
import { Fifo } from '../../journal/fifo.ts';
import type { Packet } from '../../ports.ts';

/** Name of the interface on which imds-probe puts the packets of sockets. */
const SOCKETS = 'sockets';
/** A packet of the wire waits so long, in milliseconds of journal time, for the copy of its socket. */
const WAIT_MS = 500;
const MAX_WAITING_BYTES = 16 * 1024 * 1024;
/** What a waiting packet's objects take besides its bytes, roughly. */
const OVERHEAD = 512;
/** A copy is known as one while so many packets came after the first. */
const MAX_KNOWN = 16_384;
const DIGEST_LENGTH = 16;

interface Waiting {
  packet: Packet;
  key: string | undefined;
  /** Milliseconds of journal time at which it came. */
  at: number;
}

/**
 * Lets each packet pass once: the copy that its socket had where there is one, with the kernel's time, else the
 * first that an interface had. Copies are equal in all that is not rewritten on the way (TTL, type of
 * service, checksums); what address translation changed is another packet, and stays.
 */
export class PacketCopies {
  readonly #pass: (packet: Packet) => void;
  readonly #clock = new JournalClock();
  readonly #waiting = new Fifo<Waiting>();
  #waitingBytes = 0;
  /** Whether a socket had the packet. */
  readonly #known = new Map<string, boolean>();
  #hasSockets: boolean;

  /** @param hasSockets whether packets of sockets come, so that those of the wire have to wait */
  constructor(hasSockets: boolean, pass: (packet: Packet) => void) {
    this.#hasSockets = hasSockets;
    this.#pass = pass;
  }

  /** The packet is the caller's again afterwards. */
  packet(packet: Packet): void {
    this.advance(packet.seconds * 1000 + packet.nanoseconds / 1e6);
    const ofSocket = packet.interfaceName === SOCKETS;
    const own = ofSocket ? packet : copyPacket(packet);
    const key = copyKey(own);
    if (!ofSocket && key !== undefined && this.#known.has(key)) return;
    if (key !== undefined) this.#learn(key, ofSocket);
    if (ofSocket) this.#pass(packet);
    else this.#wait({ packet: own, key, at: this.#clock.elapsed });
  }

  /** @param time milliseconds since the epoch, of the journal */
  advance(time: number): void {
    this.#clock.now(time);
    this.#release();
  }

  /** The sockets are not watched any more. */
  loseSockets(): void {
    this.#hasSockets = false;
    this.#release();
  }

  /** Nothing more comes. */
  end(): void {
    this.loseSockets();
  }

  #learn(key: string, ofSocket: boolean): void {
    this.#known.delete(key);
    this.#known.set(key, ofSocket);
    if (this.#known.size <= MAX_KNOWN) return;
    const [oldest = ''] = this.#known.keys();
    this.#known.delete(oldest);
  }

  #wait(waiting: Waiting): void {
    this.#waiting.push(waiting);
    this.#waitingBytes += sizeOf(waiting);
    this.#release();
  }

  #release(): void {
    for (let { first } = this.#waiting; first !== undefined; first = this.#waiting.first) {
      const { packet, key, at } = first;
      const isOfSocket = key !== undefined && this.#known.get(key) === true;
      const isDue = !this.#hasSockets || this.#clock.elapsed - at >= WAIT_MS;
      if (!isOfSocket && !isDue && this.#waitingBytes <= MAX_WAITING_BYTES) return;
      this.#waiting.shift();
      this.#waitingBytes -= sizeOf(first);
      if (!isOfSocket) this.#pass(packet);
    }
  }
}

function sizeOf({ packet }: Waiting): number {
  return packet.capturedLength + OVERHEAD;
}

/** A digest of what copies of a packet have in common; undefined for fragments and for what is not TCP. */
function copyKey(packet: Packet): string | undefined {
  const { offset, capturedLength, linkType } = packet;
  const bytes = packet.bytes.subarray(offset, offset + capturedLength);
  const view = viewOf(bytes);
  const layout = layoutOf(bytes, view, linkType, Math.max(packet.originalLength, capturedLength));
  if (layout === undefined || layout.tcp < 0 || layout.fragment !== undefined) return undefined;
  const { tcp, end, tcpLength } = layout;
  const ip = networkOffset(view, 0, bytes.length, linkType);
  const isVersion4 = view.getUint8(ip) >> 4 === 4;
  const hash = createHash('sha256').update(String(tcpLength));
  // Identification and addresses; then all of TCP but its checksum.
  if (isVersion4) hash.update(bytes.subarray(ip + 4, ip + 6)).update(bytes.subarray(ip + 12, tcp));
  else hash.update(bytes.subarray(ip + 8, tcp));
  hash.update(bytes.subarray(tcp, tcp + 16)).update(bytes.subarray(tcp + 18, end));
  return hash.digest().toString('latin1', 0, DIGEST_LENGTH);
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
