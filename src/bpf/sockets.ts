import { count } from '../journal/counters.ts';
import { OldestFirst } from '../journal/oldest-first.ts';
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
  /** Inode of the client's network namespace. */
  netns?: number | undefined;
  connectionTime: bigint;
  time: bigint;
}

export interface SocketMatch {
  match: 'cookie' | 'isn' | 'isn-nat' | 'tuple';
  socket: Socket;
  /** No record that is late can lead to another socket. */
  certain: boolean;
}

/** The sockets of the session that are open, or closed and not yet let go of; each of their connections by itself. */
export class SocketTable {
  readonly #maximum: number;
  readonly #losses: Counters;
  readonly #onEvict: (socket: Socket) => void;
  /** By key, which is the cookie of the latest connection; each is in one of the two. */
  readonly #open = new OldestFirst<string, Socket>();
  readonly #closed = new OldestFirst<string, Socket>();
  readonly #byTuple: Index = new Map();
  readonly #byIsn: Index = new Map();
  #movedAside = 0;
  /** The first remote end. Nearly all sockets have it: they share it, and keys without it are short. */
  #main: AddressField | undefined;

  constructor(maximum: number, losses: Counters, onEvict: (socket: Socket) => void) {
    this.#maximum = maximum;
    this.#losses = losses;
    this.#onEvict = onEvict;
  }

  learn(record: SocketRecord): Socket {
    const socket = this.#socket(record);
    const wasOpen = socket.closed === undefined;
    socket.learn(record);
    if (wasOpen && socket.closed !== undefined) {
      this.#open.delete(socket.key);
      this.#closed.set(socket.key, socket);
    }
    this.#share(socket);
    this.#index(socket, socket.local, socket.remote, socket.isn);
    return socket;
  }

  learnStream(record: StreamRecord): Socket {
    const socket = this.#socket(record);
    socket.learnStream(record);
    this.#share(socket);
    this.#index(socket, record.local, record.remote, record.isn ?? socket.isn);
    return socket;
  }

  remove(socket: Socket): void {
    if (!this.#open.delete(socket.key) && !this.#closed.delete(socket.key)) return;
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
    const sameIsn = under(this.#byIsn, this.#isnKey(query.endpoint, isn)).filter((socket) =>
      mayBeIn(socket, query.netns),
    );
    if (sameIsn.length === 0) return undefined;
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

  #exact({ endpoint, client, aliases = [], netns }: ConnectionQuery): readonly Socket[] {
    const at = (address: AddressField) =>
      under(this.#byTuple, this.#tupleKey(address, endpoint)).filter((socket) => mayBeIn(socket, netns));
    const own = at(client);
    return own.length > 0 ? own : aliases.flatMap(at);
  }

  get(cookie: string): Socket | undefined {
    return this.#open.get(cookie) ?? this.#closed.get(cookie);
  }

  #socket(record: SocketRecord | StreamRecord): Socket {
    const { cookie, isn } = record;
    const known = this.get(cookie);
    if (known !== undefined) {
      const earlier = this.#earlier(known, isn, record.remote);
      if (earlier !== undefined) return earlier;
      if (!known.isBefore(record)) return known;
      this.#moveAside(known);
    }
    if (this.#open.size + this.#closed.size >= this.#maximum) this.#evict();
    const socket = new Socket(cookie);
    this.#open.set(cookie, socket);
    return socket;
  }

  /** The earlier connection of the same socket that a record which is late tells of, by its ISN. */
  #earlier(latest: Socket, isn: number | undefined, remote: AddressField | undefined): Socket | undefined {
    if (isn === undefined || remote === undefined || latest.isn === undefined || isn === latest.isn)
      return undefined;
    return under(this.#byIsn, this.#isnKey(remote, isn)).find(
      (socket) => socket.cookie === latest.cookie && socket !== latest,
    );
  }

  /** The socket connects anew: what comes with its cookie from now on is of that. */
  #moveAside(socket: Socket): void {
    const table = this.#open.has(socket.key) ? this.#open : this.#closed;
    table.delete(socket.key);
    socket.key = `${socket.cookie} ${++this.#movedAside}`;
    table.set(socket.key, socket);
  }

  /**
   * The one that closed first leaves. Where few are closed, because ends were lost, the oldest open
   * one does: those that come now must have some time until their calls are attributed.
   */
  #evict(): void {
    const from = this.#closed.size > this.#maximum * CLOSED_SHARE ? this.#closed : this.#open;
    const key = from.oldest ?? this.#closed.oldest;
    const socket = key === undefined ? undefined : (from.get(key) ?? this.#closed.get(key));
    if (socket === undefined) return;
    this.remove(socket);
    this.#onEvict(socket);
    if (!socket.settled) count(this.#losses, 'attribution.sockets_evicted');
  }

  #share(socket: Socket): void {
    const { remote } = socket;
    if (remote === undefined || remote === this.#main) return;
    this.#main ??= remote;
    if (this.#isMain(remote)) socket.remote = this.#main;
  }

  #isMain({ address, port }: AddressField): boolean {
    return address === this.#main?.address && port === this.#main.port;
  }

  #tupleKey(client: AddressField, endpoint: AddressField): Key {
    return this.#isMain(endpoint) ? `${client.address} ${client.port}` : tupleKey(client, endpoint);
  }

  #isnKey(endpoint: AddressField, isn: number): Key {
    return this.#isMain(endpoint) ? isn : isnKey(endpoint, isn);
  }

  #index(
    socket: Socket,
    local: AddressField | undefined,
    remote: AddressField | undefined,
    isn: number | undefined,
  ): void {
    if (remote === undefined) return;
    if (local !== undefined) enter(this.#byTuple, this.#tupleKey(local, remote), socket);
    if (isn !== undefined) enter(this.#byIsn, this.#isnKey(remote, isn), socket);
  }
}

/** Of the table, what closed sockets may always take. */
const CLOSED_SHARE = 1 / 16;

/** A socket whose records disagree (they are hostile input) is found under few keys only. */
const MAX_KEYS = 8;
/** Sockets with one tuple or ISN (of other namespaces, and before a reuse); the oldest is no longer found. */
const MAX_SHARED = 64;

/** Nearly every key has one socket, which stands there without an array around it. */
type Index = Map<Key, Socket | Socket[]>;
type Key = string | number;

function under(index: Index, key: Key): readonly Socket[] {
  const found = index.get(key);
  if (found === undefined) return [];
  return Array.isArray(found) ? found : [found];
}

function enter(index: Index, key: Key, socket: Socket): void {
  if (socket.keys.includes(key) || socket.keys.length >= MAX_KEYS) return;
  const found = index.get(key);
  if (found === undefined) index.set(key, socket);
  else if (!Array.isArray(found)) index.set(key, [found, socket]);
  else if (found.push(socket) > MAX_SHARED) found.shift();
  // Not by push() or a spread: both make room for 16 more.
  socket.keys = socket.keys.concat(key);
}

function drop(index: Index, key: Key, socket: Socket): void {
  const found = index.get(key);
  if (found === socket) index.delete(key);
  if (!Array.isArray(found)) return;
  const at = found.indexOf(socket);
  if (at >= 0) found.splice(at, 1);
  if (found.length === 0) index.delete(key);
}

/** Addresses alone do not tell: containers of different namespaces often have the same. */
function mayBeIn(socket: Socket, netns: number | undefined): boolean {
  return netns === undefined || socket.netns === undefined || socket.netns === netns;
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
