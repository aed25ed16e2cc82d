import type { ProcessReference, SocketRecord, StreamRecord } from '../../bpf/records.ts';
import { count } from '../../journal/counters.ts';
import type { Counters } from '../../model.ts';

type OpenRecord = Exclude<SocketRecord, { type: 'socket_closed' }>;

/** What is known of one open socket, as few records as say it. */
interface OpenSocket {
  /** All that its records said, each field as it was said first. */
  known: OpenRecord | undefined;
  /** Its addresses in the socket view: one, unless its records disagree. */
  streams: StreamRecord[];
}

/** A reader finds a socket under few addresses only. */
const MAX_STREAMS = 4;
/** Records of different CPUs come late: so many cookies are known to be closed. */
const MAX_CLOSED = 4096;

/** The sockets that are open now, the oldest first; what is beyond the maximum is no longer repeated. */
export class OpenSockets {
  readonly #maximum: number;
  readonly #losses: Counters;
  readonly #sockets = new Map<string, OpenSocket>();
  /** When they closed. */
  readonly #closed = new Map<string, bigint>();

  constructor(maximum: number, losses: Counters) {
    this.#maximum = maximum;
    this.#losses = losses;
  }

  learn(record: SocketRecord | StreamRecord): void {
    const { cookie } = record;
    if (record.type === 'socket_closed') {
      this.#sockets.delete(cookie);
      keepLatest(this.#closed, cookie, BigInt(record.time));
      return;
    }
    const closed = this.#closed.get(cookie);
    if (closed !== undefined) {
      // After a connect that failed, or connect(2) to AF_UNSPEC, it connects again.
      if (record.type !== 'socket_opened' || BigInt(record.time) <= closed) return;
      this.#closed.delete(cookie);
    }
    const { known } = this.#sockets.get(cookie) ?? {};
    if (known !== undefined && isOther(known, record)) {
      if (BigInt(record.time) <= BigInt(known.time)) return;
      if (record.type === 'socket_opened') this.#sockets.delete(cookie);
    }
    const socket = this.#socket(cookie);
    if (record.type === 'stream') addStream(socket.streams, record);
    else socket.known = merged(socket.known, record);
  }

  /** Their processes, those of the latest sockets last. */
  *processes(): Iterable<ProcessReference> {
    for (const { known } of this.#sockets.values()) if (known?.process !== undefined) yield known.process;
  }

  *records(): Iterable<SocketRecord | StreamRecord> {
    for (const { known, streams } of this.#sockets.values()) {
      if (known !== undefined) yield known;
      yield* streams;
    }
  }

  #socket(cookie: string): OpenSocket {
    const known = this.#sockets.get(cookie);
    if (known !== undefined) return known;
    if (this.#sockets.size >= this.#maximum) {
      const [oldest = ''] = this.#sockets.keys();
      this.#sockets.delete(oldest);
      count(this.#losses, 'save.sockets_not_repeated');
    }
    const socket: OpenSocket = { known: undefined, streams: [] };
    this.#sockets.set(cookie, socket);
    return socket;
  }
}

/** Of another connection of the socket: the end of the earlier one was not told, or this comes late. */
function isOther(known: OpenRecord, { type, isn }: OpenRecord | StreamRecord): boolean {
  if (type === 'socket_inherited') return false;
  return known.isn !== undefined && isn !== undefined && isn !== known.isn;
}

/** Inherited stays inherited: its counts prove nothing, whatever is told of it later. */
function merged(known: OpenRecord | undefined, record: OpenRecord): OpenRecord {
  if (known === undefined) return record;
  const type =
    known.type === 'socket_inherited' || record.type === 'socket_inherited' ? 'socket_inherited' : known.type;
  return { ...defined(record), ...defined(known), type, time: known.time, cookie: known.cookie };
}

function defined<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function addStream(streams: StreamRecord[], record: StreamRecord): void {
  const known = streams.some(
    ({ local, remote, isn }) =>
      isn === record.isn &&
      local.address === record.local.address &&
      local.port === record.local.port &&
      remote.address === record.remote.address &&
      remote.port === record.remote.port,
  );
  if (!known && streams.length < MAX_STREAMS) streams.push(record);
}

function keepLatest(closed: Map<string, bigint>, cookie: string, time: bigint): void {
  closed.set(cookie, time);
  if (closed.size <= MAX_CLOSED) return;
  const [oldest = ''] = closed.keys();
  closed.delete(oldest);
}
