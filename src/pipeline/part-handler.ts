import type { Attributor } from '../bpf/attribution.ts';
import { RecordDecoder } from '../bpf/record-decoder.ts';
import type { JournalRecord } from '../bpf/records.ts';
import type { Sidecar } from '../bpf/sidecar.ts';
import type { Assembler } from '../capture/assembler.ts';
import type { JournalHandler, Packet, RecordPosition } from '../ports.ts';

const NANOSECONDS = 1_000_000_000n;

/** One file of a capture: its packets and records, in the order of the journal. */
export class PartHandler implements JournalHandler {
  readonly decoder: RecordDecoder;
  readonly #assembler: Assembler;
  readonly #attributor: Attributor;
  #sidecar: Sidecar | undefined;

  constructor(name: string, assembler: Assembler, attributor: Attributor) {
    this.decoder = new RecordDecoder(name);
    this.#assembler = assembler;
    this.#attributor = attributor;
  }

  /** Records that stand beside the file. */
  attach(sidecar: Sidecar): void {
    this.#sidecar = sidecar;
  }

  get nextStop(): number {
    return this.#sidecar === undefined ? Number.POSITIVE_INFINITY : this.#sidecar.nextStop;
  }

  beforePacket(number: number): void {
    this.#sidecar?.before(number);
  }

  packet(packet: Packet): void {
    if (this.#attributor.session !== undefined) {
      const time = packet.seconds * 1000 + packet.nanoseconds / 1e6;
      this.#sidecar?.check(time);
      this.#attributor.now(time);
    }
    this.#assembler.packet(packet);
  }

  record(json: Uint8Array, { offset }: RecordPosition): void {
    const record = this.decoder.decode(json, () => `offset ${offset}`);
    if (record !== undefined) this.apply(record);
  }

  apply(record: JournalRecord): void {
    this.#attributor.record(record);
    if (record.type === 'socket_closed') this.#closeSocket(record.cookie);
    if (record.type !== 'tick') return;
    const time = BigInt(record.time);
    this.#assembler.advance(Number(time / NANOSECONDS), Number(time % NANOSECONDS));
  }

  #closeSocket(cookie: string): void {
    const { local, remote, isn } = this.#attributor.socket(cookie) ?? {};
    if (local === undefined || remote === undefined || isn === undefined) return;
    this.#assembler.closeSocket(remote, local, isn);
  }
}
