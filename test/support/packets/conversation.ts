import { isIPv6 } from 'node:net';
import { type Payload, toBytes } from './bytes.ts';
import { encapsulate, type LinkName } from './link.ts';
import { SYN_OPTIONS, type TcpFlag, type TransportAddress, tcpPacket } from './tcp.ts';

/** One packet of a capture under construction: plain data, to be permuted, duplicated, dropped and cut. */
export interface TestPacket {
  /** Nanoseconds since the epoch. */
  timeNs: bigint;
  /** Captured bytes from the link header on. */
  bytes: Uint8Array;
  /** Bytes on the wire, where the capture holds fewer. */
  originalLength?: number | undefined;
  /** Index of the pcapng interface. */
  interfaceId?: number | undefined;
  comment?: string | undefined;
}

/** A segment as one end sent it, before it is put on a link. */
export interface ConversationSegment {
  timeNs: bigint;
  from: 'client' | 'server';
  sequence: number;
  acknowledgment: number;
  flags: readonly TcpFlag[];
  payload: Uint8Array;
  options?: Uint8Array | undefined;
}

export interface ConversationOptions {
  client?: TransportAddress;
  server?: TransportAddress;
  clientIsn?: number;
  serverIsn?: number;
  /** Time of the first segment, and what passes before each further one. */
  startNs?: bigint;
  stepNs?: bigint;
  clientTtl?: number;
  serverTtl?: number;
}

export interface SendOptions {
  /** Largest payload of a segment; 1460 unless told. */
  mss?: number;
  /** Positions within the payload at which a new segment begins, as well. */
  split?: readonly number[];
  flags?: readonly TcpFlag[];
}

export interface RenderOptions {
  link?: LinkName;
  interfaceId?: number;
  /** The client as it is seen behind network address translation. ISNs and bytes stay. */
  client?: TransportAddress;
  /** Added to each time: a copy seen on the next interface. */
  delayNs?: bigint;
}

export const IMDS_V4: TransportAddress = { address: '169.254.169.254', port: 80 };
export const IMDS_V6: TransportAddress = { address: 'fd00:ec2::254', port: 80 };

/** 2026-01-15T10:00:00Z */
export const EPOCH_NS = 1_768_471_200_000_000_000n;

/**
 * Both ends of a TCP connection as two hosts would drive it: sequence numbers, acknowledgements and
 * the clock advance by themselves. The segments are put on a link only by {@link packets}, so one
 * conversation can be rendered on several links, interfaces and sides of a NAT.
 */
export class TcpConversation {
  readonly client: TransportAddress;
  readonly server: TransportAddress;
  readonly segments: ConversationSegment[] = [];
  /** SND.NXT of each end. */
  clientNext: number;
  serverNext: number;
  #now: bigint;
  readonly #step: bigint;
  readonly #ttl: Record<'client' | 'server', number>;

  constructor(options: ConversationOptions = {}) {
    this.server = options.server ?? IMDS_V4;
    this.client = options.client ?? {
      address: isIPv6(this.server.address) ? '2001:db8::5' : '172.31.5.9',
      port: 40_000,
    };
    this.clientNext = options.clientIsn ?? 1_000;
    this.serverNext = options.serverIsn ?? 900_000;
    this.#now = options.startNs ?? EPOCH_NS;
    this.#step = options.stepNs ?? 100_000n;
    this.#ttl = { client: options.clientTtl ?? 64, server: options.serverTtl ?? 64 };
  }

  /** Time of the next segment. */
  get now(): bigint {
    return this.#now;
  }

  /** Lets time pass. */
  wait(ns: bigint): this {
    this.#now += ns;
    return this;
  }

  /** SYN, SYN-ACK, ACK. `data` is sent in the SYN (TCP Fast Open, RFC 7413). */
  handshake(data: Payload = ''): this {
    this.syn(data);
    this.#push('server', ['SYN', 'ACK'], new Uint8Array(), SYN_OPTIONS);
    this.serverNext += 1;
    return this.ack();
  }

  /** The SYN alone: an attempt that nobody answered. */
  syn(data: Payload = ''): this {
    const payload = toBytes(data);
    this.#push('client', ['SYN'], payload, SYN_OPTIONS);
    this.clientNext += 1 + payload.length;
    return this;
  }

  /** Client's bytes. */
  send(data: Payload, options: SendOptions = {}): this {
    return this.#transfer('client', toBytes(data), options);
  }

  /** Server's bytes. */
  reply(data: Payload, options: SendOptions = {}): this {
    return this.#transfer('server', toBytes(data), options);
  }

  /** Pure acknowledgement of all that the other end has sent. */
  ack(from: 'client' | 'server' = 'client'): this {
    return this.#push(from, ['ACK']);
  }

  /** Keep-alive probe (RFC 9293 §3.8.4): one octet before SND.NXT, with or without a garbage byte. */
  keepAliveProbe(from: 'client' | 'server' = 'client', garbage: Payload = ''): this {
    this.#push(from, ['ACK'], toBytes(garbage));
    const segment = this.segments.at(-1);
    if (segment !== undefined) segment.sequence -= 1;
    return this;
  }

  /** FIN of one end, acknowledged by the other; both ends, unless one is named. */
  fin(from?: 'client' | 'server'): this {
    if (from === undefined) return this.fin('server').fin('client');
    this.#push(from, ['FIN', 'ACK']);
    if (from === 'client') this.clientNext += 1;
    else this.serverNext += 1;
    return this.ack(from === 'client' ? 'server' : 'client');
  }

  rst(from: 'client' | 'server' = 'client'): this {
    return this.#push(from, ['RST', 'ACK']);
  }

  /** A whole exchange: request, ACK, answer, ACK. */
  exchange(request: Payload, response: Payload, options: SendOptions = {}): this {
    return this.send(request, options).ack('server').reply(response, options).ack();
  }

  /** Sends a segment again, now; negative indexes count from the end. `payload` replaces its bytes. */
  retransmit(index = -1, payload?: Payload): this {
    const segment = this.segments.at(index);
    if (segment === undefined) throw new RangeError(`no segment ${index}`);
    this.segments.push({
      ...segment,
      timeNs: this.#now,
      payload: payload === undefined ? segment.payload : toBytes(payload),
    });
    this.#now += this.#step;
    return this;
  }

  /** A segment of any kind, with explicit numbers where they are given. The clock moves, SND.NXT does not. */
  raw(
    from: 'client' | 'server',
    flags: readonly TcpFlag[],
    segment: Partial<ConversationSegment> = {},
  ): this {
    this.#push(from, flags, segment.payload ?? new Uint8Array(), segment.options);
    const pushed = this.segments.at(-1);
    if (pushed !== undefined) {
      pushed.sequence = segment.sequence ?? pushed.sequence;
      pushed.acknowledgment = segment.acknowledgment ?? pushed.acknowledgment;
    }
    return this;
  }

  /** Removes a segment: the capture lost it. */
  drop(index = -1): this {
    this.segments.splice(index, 1);
    return this;
  }

  /** Two segments change places in the capture; times stay in order. */
  swap(first: number, second: number): this {
    const a = this.segments.at(first);
    const b = this.segments.at(second);
    if (a === undefined || b === undefined) throw new RangeError(`no segments ${first}, ${second}`);
    const at = this.segments.indexOf(a);
    this.segments[this.segments.indexOf(b)] = { ...a, timeNs: b.timeNs };
    this.segments[at] = { ...b, timeNs: a.timeNs };
    return this;
  }

  /** The segments on a link, in the order of the capture. */
  packets(options: RenderOptions = {}): TestPacket[] {
    const link = options.link ?? 'ethernet';
    const client = options.client ?? this.client;
    return this.segments.map((segment) => {
      const fromClient = segment.from === 'client';
      const ip = tcpPacket(
        {
          ...segment,
          source: fromClient ? client : this.server,
          destination: fromClient ? this.server : client,
        },
        this.#ttl[segment.from],
      );
      return {
        timeNs: segment.timeNs + (options.delayNs ?? 0n),
        bytes: encapsulate(link, ip, !fromClient),
        interfaceId: options.interfaceId,
      };
    });
  }

  #transfer(from: 'client' | 'server', data: Uint8Array, options: SendOptions): this {
    const mss = options.mss ?? 1460;
    const starts = new Set([0, ...(options.split ?? []).filter((at) => at > 0 && at < data.length)]);
    const bounds = [...starts, data.length].sort((a, b) => a - b);
    for (let i = 0; i + 1 < bounds.length; i++) {
      const end = bounds[i + 1] ?? 0;
      for (let at = bounds[i] ?? 0; at < end; at += mss) {
        const payload = data.subarray(at, Math.min(at + mss, end));
        const last = at + payload.length === data.length;
        this.#push(from, options.flags ?? (last ? ['PSH', 'ACK'] : ['ACK']), payload);
        if (from === 'client') this.clientNext += payload.length;
        else this.serverNext += payload.length;
      }
    }
    return this;
  }

  #push(
    from: 'client' | 'server',
    flags: readonly TcpFlag[],
    payload: Uint8Array = new Uint8Array(),
    options?: Uint8Array,
  ): this {
    const acks = flags.includes('ACK');
    this.segments.push({
      timeNs: this.#now,
      from,
      sequence: from === 'client' ? this.clientNext : this.serverNext,
      acknowledgment: acks ? (from === 'client' ? this.serverNext : this.clientNext) : 0,
      flags,
      payload,
      options,
    });
    this.#now += this.#step;
    return this;
  }
}

/** All packets of several conversations in the order of time (stable). */
export function merge(...packets: readonly (readonly TestPacket[])[]): TestPacket[] {
  return packets.flat().sort((a, b) => (a.timeNs < b.timeNs ? -1 : a.timeNs > b.timeNs ? 1 : 0));
}

/** Packets as a capture with this snap length has them. */
export function snap(packets: readonly TestPacket[], snaplen: number): TestPacket[] {
  return packets.map((packet) => ({
    ...packet,
    bytes: packet.bytes.subarray(0, snaplen),
    originalLength: packet.originalLength ?? packet.bytes.length,
  }));
}
