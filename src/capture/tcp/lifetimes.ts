import { Fifo } from '../../journal/fifo.ts';
import type { Connection } from './connection.ts';
import { ConnectionList } from './connection-list.ts';
import { giveUpHoles } from './holes.ts';

/** Connections followed at once. IMDS itself takes 1,024 packets a second from an interface. */
const MAX_OPEN = 8192;
/** Fewer: a flood of them makes V8 keep five times what is alive. 4,096 in 150 s are 27 a second. */
const MAX_HALF_OPEN = 4096;
/** Of a client that is silent for longer and then asks again, the requests are read in mid-stream. */
const IDLE_SECONDS = 900;
/** Linux gives up a connect after 127 s (tcp_syn_retries = 6). */
const HALF_OPEN_SECONDS = 150;
/** Packets that come late, from another queue or interface, come within that. */
const REORDERING_SECONDS = 1;
/** What nobody acknowledged is sent again within that, or never. */
const RETRANSMISSION_SECONDS = 60;
/** So many connections that ended while they waited are kept in the queue, then they are taken out. */
const MAX_STALE = 4096;

export type EvictedAs = 'tcp.half_open_evicted' | 'tcp.connections_evicted';

/** When connections have waited long enough, have been idle for too long, or are too many. All times are seconds. */
export class Lifetimes {
  readonly #halfOpen = new ConnectionList();
  readonly #open = new ConnectionList();
  readonly #waiting = new Fifo<{ connection: Connection; due: number }>();
  /** Length of the queue at which those that ended are taken out. */
  #sweepAt = MAX_STALE;

  /** A packet of the connection was read. */
  touch(connection: Connection, now: number): void {
    connection.activeAt = now;
    (connection.established ? this.#open : this.#halfOpen).touch(connection);
    if (!connection.waits) connection.waitingSince = -1;
    else if (connection.waitingSince < 0) connection.waitingSince = now;
    if (connection.waits && !connection.queued) this.#queue(connection, now);
  }

  /** Gives up what was waited for, and names those that are over or expired. */
  expire(now: number, end: (connection: Connection, linger: boolean) => void): void {
    for (
      let first = this.#waiting.first;
      first !== undefined && first.due <= now;
      first = this.#waiting.first
    ) {
      this.#waiting.shift();
      this.#afterWait(first.connection, now, end);
    }
    expireOldest(this.#halfOpen, now - HALF_OPEN_SECONDS, end);
    expireOldest(this.#open, now - IDLE_SECONDS, end);
  }

  /** The connection that has to go before another can be followed, if any has to. */
  surplus(): { connection: Connection; as: EvictedAs } | undefined {
    const { oldest } = this.#halfOpen;
    if (oldest !== undefined && this.#halfOpen.length >= MAX_HALF_OPEN) {
      return { connection: oldest, as: 'tcp.half_open_evicted' };
    }
    const connection = this.#open.oldest;
    if (connection === undefined || this.#open.length < MAX_OPEN) return undefined;
    return { connection, as: 'tcp.connections_evicted' };
  }

  #queue(connection: Connection, now: number): void {
    connection.queued = true;
    this.#waiting.push({ connection, due: now + REORDERING_SECONDS });
    if (this.#waiting.length > this.#sweepAt) this.#sweep();
  }

  /** Time may stand still while connections come and go: a flood, or a capture without times. */
  #sweep(): void {
    for (let { length } = this.#waiting; length > 0; length--) {
      const entry = this.#waiting.shift();
      if (entry !== undefined && !entry.connection.closed) this.#waiting.push(entry);
    }
    this.#sweepAt = this.#waiting.length + MAX_STALE;
  }

  #afterWait(
    connection: Connection,
    now: number,
    end: (connection: Connection, linger: boolean) => void,
  ): void {
    connection.queued = false;
    if (connection.closed || !connection.waits) return;
    const since = connection.waitingSince;
    if (now - since >= REORDERING_SECONDS) giveUpHoles(connection, now - since >= RETRANSMISSION_SECONDS);
    const isOver = connection.isUnanswered
      ? now - connection.activeAt >= RETRANSMISSION_SECONDS
      : now - since >= REORDERING_SECONDS;
    if ((connection.ends && isOver) || connection.over) end(connection, true);
    else if (connection.waits) this.#queue(connection, now);
    else connection.waitingSince = -1;
  }
}

function expireOldest(
  list: ConnectionList,
  before: number,
  end: (connection: Connection, linger: boolean) => void,
): void {
  for (let { oldest } = list; oldest !== undefined && oldest.activeAt <= before; oldest = list.oldest) {
    end(oldest, false);
  }
}
