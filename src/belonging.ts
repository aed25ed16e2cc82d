import { CorrelationsReader, type PlacedRecord } from './bpf/correlations.ts';
import type { AddressField } from './bpf/records.ts';
import { isnKey } from './bpf/sockets.ts';
import { SegmentDecoder } from './capture/decode/decoder.ts';
import { type Segment, TcpFlag } from './capture/decode/segment.ts';
import { EndpointTable } from './capture/endpoints.ts';
import { createEndpointFilter } from './capture/filter.ts';
import { InputError } from './errors.ts';
import type { CapturePart } from './inputs.ts';
import type { Endpoint, Problem } from './model.ts';
import type { JournalHandler } from './ports.ts';

/** Connections that are looked at: the first one that both tell of settles it. */
const MAX_CONNECTIONS = 4096;

/**
 * Why the records beside a capture are not its own, although they are of its time: both tell of connections, and of
 * not one in common. What was handed on could not be taken back, so that the beginning of the file is read for this
 * beforehand; of what can be read only once, it is not known.
 */
export async function strangersProblem(
  part: CapturePart,
  endpoints: readonly Endpoint[],
  signal?: AbortSignal,
): Promise<Problem | undefined> {
  const { path, correlations, correlationsAt, size } = part;
  if (correlations === undefined || size === undefined) return undefined;
  try {
    const reader = await CorrelationsReader.open(correlations, correlationsAt);
    const acquaintance = new Acquaintance(reader, endpoints);
    try {
      await readBeginning(part, acquaintance, endpoints, signal);
    } finally {
      reader.close();
    }
    if (!acquaintance.isStranger) return undefined;
  } catch (error) {
    // Whoever reads it to use it tells of that.
    if (error instanceof InputError) return undefined;
    throw error;
  }
  return {
    code: 'correlations.other_connections',
    message: `${correlations}: its records tell of connections, but of none that begins in ${path}: they are of another capture, and were not used`,
    remedy: 'Give the correlations that were written with this capture, or none.',
    damage: true,
  };
}

async function readBeginning(
  part: CapturePart,
  acquaintance: Acquaintance,
  endpoints: readonly Endpoint[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const source = await part.open();
  const enough = new AbortController();
  const decoder = new SegmentDecoder(new EndpointTable(endpoints), {});
  const handler: JournalHandler = {
    nextStop: Number.POSITIVE_INFINITY,
    beforePacket: () => {},
    packet: (packet) => {
      if (acquaintance.isSettled || !decoder.decode(packet)) return;
      acquaintance.segment(decoder.segment);
      if (acquaintance.isSettled) enough.abort();
    },
    record: () => {},
  };
  const stop = signal === undefined ? enough.signal : AbortSignal.any([signal, enough.signal]);
  await source.read(createEndpointFilter(endpoints), handler, () => undefined, stop);
  if (!acquaintance.isSettled) acquaintance.records(Number.POSITIVE_INFINITY);
}

/** The connections that a capture shows beginning, and those of its time that the records tell of. */
class Acquaintance {
  readonly #reader: CorrelationsReader;
  readonly #endpoints: readonly Endpoint[];
  readonly #told = new Set<string>();
  readonly #shown = new Set<string>();
  /** The records repeat, before its first packet, what was open when the file before it ended. */
  readonly #isContinued: boolean;
  /** Packets of some were sent, which the capture would have. */
  #lacksPackets = false;
  #haveMet = false;

  constructor(reader: CorrelationsReader, endpoints: readonly Endpoint[]) {
    this.#reader = reader;
    this.#endpoints = endpoints;
    const header = reader.next?.record;
    this.#isContinued = header?.type === 'session' && header.part > 1;
  }

  get isSettled(): boolean {
    return this.#haveMet || Math.max(this.#shown.size, this.#told.size) >= MAX_CONNECTIONS;
  }

  get isStranger(): boolean {
    return !this.#haveMet && this.#lacksPackets && this.#shown.size > 0;
  }

  segment({ flags, toEndpoint, endpoint: index, sequence, packetNumber }: Segment): void {
    const endpoint = this.#endpoints[index];
    if (!toEndpoint || endpoint === undefined || (flags & (TcpFlag.syn | TcpFlag.ack)) !== TcpFlag.syn)
      return;
    const key = isnKey(endpoint, sequence);
    this.#shown.add(key);
    this.records(packetNumber);
    if (this.#told.has(key)) this.#haveMet = true;
  }

  /** Takes those that stand before the packet after so many. */
  records(packets: number): void {
    for (let { next } = this.#reader; next !== undefined && !this.isSettled; { next } = this.#reader) {
      if (this.#reader.take(packets) === undefined) return;
      this.#learn(next);
    }
  }

  #learn({ record, afterPacket }: PlacedRecord): void {
    const { type } = record;
    if (type !== 'socket_opened' && type !== 'socket_established' && type !== 'socket_closed') return;
    const { remote, isn } = record;
    if (remote === undefined || isn === undefined || !this.#isWatched(remote)) return;
    const key = isnKey(remote, isn);
    if (this.#shown.has(key)) this.#haveMet = true;
    this.#told.add(key);
    const isEarlier = this.#isContinued && afterPacket === 0;
    const hasPackets =
      type === 'socket_established' || (type === 'socket_closed' && Number(record.sent ?? 0) > 0);
    if (!isEarlier && hasPackets) this.#lacksPackets = true;
  }

  #isWatched({ address, port }: AddressField): boolean {
    return this.#endpoints.some((endpoint) => endpoint.address === address && endpoint.port === port);
  }
}
