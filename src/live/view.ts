import type { JournalHandler, PacketFilter } from '../ports.ts';

/** One witness of live traffic: the sockets' (the probe) or the wire's (libpcap). */
export interface View {
  /** For the ready line, and for messages: `sockets`, `wire (any)`. */
  readonly description: string;
  /** Where the sockets of one container are all that it sees of the host. */
  readonly scope?: 'container' | undefined;
  /** Its records tell how far it has read: what other views saw waits for that. */
  readonly tellsTime: boolean;
  /**
   * Pushes packets and records as they come; resolves when the view ended, by itself or because the
   * signal aborted. What it saw until then has been pushed.
   *
   * @param pause to be awaited now and then by a view that can be held back, which has buffers of its own
   */
  read(
    filter: PacketFilter,
    handler: JournalHandler,
    signal: AbortSignal,
    pause: () => Promise<void> | undefined,
  ): Promise<void>;
  /** Named counts of what the view itself lost. */
  readonly losses: Readonly<Record<string, number>>;
}
