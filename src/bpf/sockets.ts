import type { Counters } from '../model.ts';
import type { AddressField, SocketRecord, StreamRecord } from './records.ts';
import { Socket } from './socket.ts';

/** What is asked for: a connection as the capture shows it. */
export interface ConnectionQuery {
  endpoint: AddressField;
  client: AddressField;
  /** Other addresses under which the same client was seen. */
  aliases?: readonly AddressField[] | undefined;
  clientIsn?: number | undefined;
  connectionTime: bigint;
  time: bigint;
}

export interface SocketMatch {
  match: 'cookie' | 'isn' | 'isn-nat' | 'tuple';
  socket: Socket;
  /** No record that is late can lead to another socket. */
  certain: boolean;
}

/** The sockets of the session that are open, or closed and not yet let go of. */
export class SocketTable {
  readonly #maximum: number;
  readonly #losses: Counters;
  readonly #onEvict: (socket: Socket) => void;
  readonly #sockets = new Map<string, Socket>();
  readonly #byTuple = new Map<string, Socket[]>();
  readonly #byIsn = new Map<string, Socket[]>();

  constructor(maximum: number, losses: Counters, onEvict: (socket: Socket) => void) {
    this.#maximum = maximum;
    this.#losses = losses;
    this.#onEvict = onEvict;
  }

  learn(record: SocketRecord): Socket {
    const socket = this.#socket(record.cookie);
    socket.learn(record);
    this.#index(socket, socket.local, socket.remote, socket.isn);
    return socket;
  }

  learnStream(record: StreamRecord): Socket {
    const socket = this.#socket(record.cookie);
    socket.learnStream(record);
    this.#index(socket, record.local, record.remote, record.isn ?? socket.isn);
    return socket;
  }

  remove(socket: Socket): void {
    if (!this.#sockets.delete(socket.cookie)) return;
    for (const key of socket.keys) {
      drop(this.#byTuple, key, socket);
      drop(this.#byIsn, key, socket);
    }
  }

  /** The best match there is; `ambiguous` where several are equally good. */
  find(query: ConnectionQuery): SocketMatch | 'ambiguous' | undefined {
    if (query.clientIsn !== undefined) {
      const found = this.#findByIsn(query, query.clientIsn);
      if (found !== undefined) return found;
    }
    const candidates = this.#exact(query).filter(
      (socket) => query.clientIsn === undefined || socket.isn === undefined,
    );
    const open = openAt(candidates, query.time);
    const [socket] = open;
    if (socket === undefined) return undefined;
    if (open.length > 1) return 'ambiguous';
    // A stream that the socket view too has from its middle only; else it may be the port's next user.
    const certain = socket.inherited || socket.isn === undefined;
    return { match: socket.streamed ? 'cookie' : 'tuple', socket, certain };
  }

  #findByIsn(query: ConnectionQuery, isn: number): SocketMatch | 'ambiguous' | undefined {
    const sameIsn = this.#byIsn.get(isnKey(query.endpoint, isn));
    if (sameIsn === undefined) return undefined;
    const exact = this.#exact(query).filter((socket) => sameIsn.includes(socket));
    const best = exact.length > 1 ? openAt(exact, query.connectionTime) : exact;
    if (best.length > 1) return 'ambiguous';
    const [own] = best;
    if (own !== undefined) return { match: own.streamed ? 'cookie' : 'isn', socket: own, certain: true };
    const translated = openAt(sameIsn, query.connectionTime);
    if (translated.length > 1) return 'ambiguous';
    const [socket] = translated;
    return socket === undefined ? undefined : { match: 'isn-nat', socket, certain: false };
  }

  #exact({ endpoint, client, aliases = [] }: ConnectionQuery): Socket[] {
    const own = this.#byTuple.get(tupleKey(client, endpoint)) ?? [];
    if (own.length > 0) return own;
    return aliases.flatMap((alias) => this.#byTuple.get(tupleKey(alias, endpoint)) ?? []);
  }

  #socket(cookie: string): Socket {
    const known = this.#sockets.get(cookie);
    if (known !== undefined) return known;
    if (this.#sockets.size >= this.#maximum) this.#evict();
    const socket = new Socket(cookie);
    this.#sockets.set(cookie, socket);
    return socket;
  }

  /** The oldest closed one leaves; open ones get a second chance, a bounded number at a time. */
  #evict(): void {
    let chances = SECOND_CHANCES;
    for (const socket of this.#sockets.values()) {
      if (socket.closed === undefined && chances-- > 0) {
        this.#sockets.delete(socket.cookie);
        this.#sockets.set(socket.cookie, socket);
        continue;
      }
      this.remove(socket);
      this.#onEvict(socket);
      if (!socket.settled) {
        this.#losses['attribution.sockets_evicted'] = (this.#losses['attribution.sockets_evicted'] ?? 0) + 1;
      }
      return;
    }
  }

  #index(
    socket: Socket,
    local: AddressField | undefined,
    remote: AddressField | undefined,
    isn: number | undefined,
  ): void {
    if (remote === undefined) return;
    if (local !== undefined) enter(this.#byTuple, tupleKey(local, remote), socket);
    if (isn !== undefined) enter(this.#byIsn, isnKey(remote, isn), socket);
  }
}

const SECOND_CHANCES = 16;

/** A socket whose records disagree (they are hostile input) is found under few keys only. */
const MAX_KEYS = 8;
/** Sockets with one tuple or ISN (of other namespaces, and before a reuse); the oldest is no longer found. */
const MAX_SHARED = 64;

function enter(index: Map<string, Socket[]>, key: string, socket: Socket): void {
  if (socket.keys.includes(key) || socket.keys.length >= MAX_KEYS) return;
  const sockets = index.get(key);
  if (sockets === undefined) index.set(key, [socket]);
  else if (sockets.push(socket) > MAX_SHARED) sockets.shift();
  socket.keys.push(key);
}

function drop(index: Map<string, Socket[]>, key: string, socket: Socket): void {
  const sockets = index.get(key);
  const at = sockets?.indexOf(socket) ?? -1;
  if (sockets === undefined || at < 0) return;
  if (sockets.length === 1) index.delete(key);
  else sockets.splice(at, 1);
}

/** Those open at that time, by the letter if there are any. */
function openAt(sockets: readonly Socket[], time: bigint): Socket[] {
  const strictly = sockets.filter((socket) => socket.isOpenAt(time, false));
  return strictly.length > 0 ? strictly : sockets.filter((socket) => socket.isOpenAt(time, true));
}

export function tupleKey(client: AddressField, endpoint: AddressField): string {
  return `${client.address} ${client.port} ${endpoint.address} ${endpoint.port}`;
}

export function isnKey(endpoint: AddressField, isn: number): string {
  return `${isn} ${endpoint.address} ${endpoint.port}`;
}
