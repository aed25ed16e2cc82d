import type { SessionRecord } from '../../bpf/records.ts';
import { PcapForm } from './pcap-form.ts';
import { PcapngForm } from './pcapng-form.ts';
import type { SavedPacket } from './types.ts';

/** How far a file has got. */
export interface Position {
  packets: number;
  /** Of the capture itself, without its sidecar. */
  bytes: number;
}

/** How packets and records look in a file. It knows what stands before them there, and writes nothing itself. */
export interface Form {
  /** Records stand in a file of their own. */
  readonly sidecar: boolean;
  /** Bytes with which a file begins, or goes on after a gap. */
  begin(after: Position): Buffer;
  /** undefined where this form has no room for such a packet. */
  packet(packet: SavedPacket): Buffer | undefined;
  record(json: string): Buffer;
}

/** The name's ending decides, as it does in other programs that write captures. */
export function isClassicPcap(path: string): boolean {
  return /\.pcap$/i.test(path);
}

export function formOf(path: string, session: SessionRecord): Form {
  return isClassicPcap(path) ? new PcapForm() : new PcapngForm(session);
}

export const SIDECAR_SUFFIX = '.correlations.jsonl';
