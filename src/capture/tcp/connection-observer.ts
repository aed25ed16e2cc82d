import type { MessageObserver } from '../http/message-observer.ts';

/** Follows a connection with what it learns from packet to packet; analyze has none. */
export interface ConnectionObserver {
  readonly requests: MessageObserver;
  readonly responses: MessageObserver;
  /** The payload of the segment at hand is of this connection, and begins with this sequence number. */
  payload(toEndpoint: boolean, sequence: number): void;
  /** The connection was one with another until now: two clients share an ISN. */
  begunLike(other: ConnectionObserver): void;
  /** Nothing is read any more, but copies of what was may come. */
  close(): void;
  /** Nor are copies expected. */
  release(): void;
}
