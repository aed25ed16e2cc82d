import type { Packet } from '../ports.ts';

/** How a scrubbed capture is written down. It writes nothing itself. */
export interface ScrubForm {
  /** Records stand in a file of their own, beside the capture. */
  readonly sidecar: boolean;
  /**
   * A packet, with what has to stand before it.
   * @throws UsageError where this form has no room for such a packet
   */
  packet(packet: Packet, comment: string | undefined): Buffer;
  record(json: string): Buffer;
  /** What ends the file. @param drops packets that the capture says were lost while it was made */
  end(drops: number | undefined): Buffer;
}
