import type { JournalHandler, PacketFilter } from '../ports.ts';

/** One witness of live traffic: the sockets' (the probe) or the wire's (libpcap). */
export interface View {
  /** For the ready line, and for messages: `sockets`, `wire (any)`. */
  readonly description: string;
  /**
   * Pushes packets and records as they come; resolves when the view ended, by itself or because the
   * signal aborted. What it saw until then has been pushed.
   */
  read(filter: PacketFilter, handler: JournalHandler, signal: AbortSignal): Promise<void>;
  /** Named counts of what the view itself lost. */
  readonly losses: Readonly<Record<string, number>>;
}
