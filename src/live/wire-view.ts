import { release, totalmem } from 'node:os';
import type { LossesRecord } from '../bpf/records.ts';
import { PrerequisiteError } from '../errors.ts';
import type { Endpoint } from '../model.ts';
import type { JournalHandler, Packet, PacketFilter } from '../ports.ts';
import { hasCapability, NET_RAW } from './capability.ts';
import { DropWatch } from './drop-watch.ts';
import { interfacesText } from './interface-names.ts';
import { type InterfaceNews, InterfaceWatch } from './interface-watch.ts';
import type { PollGuard } from './poll-guard.ts';
import { ConnectionWatch } from './procfs/connection-watch.ts';
import type { LookupClient } from './procfs/lookup-client.ts';
import type { View } from './view.ts';

/** What of the package cap is used; it has no types of its own that say so. */
interface Cap {
  open(device: string, filter: string, bufferSize: number, packet: Buffer): string;
  close(): void;
  on(event: 'packet', listener: (length: number, truncated: boolean) => void): void;
  setMinBytes?(bytes: number): void;
}
type CapModule = { default: { Cap: new () => Cap } };

/** LINKTYPE_ values by the names that cap gives. */
const LINK_TYPES: Readonly<Record<string, number>> = {
  NULL: 0,
  ETHERNET: 1,
  LINKTYPE_LINUX_SLL: 113,
  RAW: 101,
};
/** cap's largest packet, which it fixes itself. */
const PACKET_BYTES = 65_535;
/**
 * cap asks for packets at once, and libpcap then gives each of them room for its largest: 160 packets in 10 MiB. What
 * comes while the process is busy has to fit in, for nobody else has seen it where the wire is alone.
 */
const LEAST_BUFFER_BYTES = 10 * 1024 * 1024;
const MOST_BUFFER_BYTES = 32 * 1024 * 1024;
/** Of the host's memory: the kernel takes twice as much as it is asked for. */
const BUFFER_SHARE = 1 / 128;
const NANOSECONDS = 1_000_000_000n;
const NOWHERE = { offset: 0, packetsBefore: 0 };

interface OpenCapture {
  name: string;
  cap: Cap;
  buffer: Buffer;
  linkType: number;
  /** Its number at the guard; -1 where there is none. */
  guarded: number;
}

/**
 * All captures, kept for good. cap 0.2.1 never closes its handle in libuv: when an object is collected as garbage, the
 * loop goes on with freed memory if it was opened, and is told to stop a poll that never began if it was not.
 */
const kept: Cap[] = [];

export interface WireOptions {
  interfaces: readonly string[];
  endpoints: readonly Endpoint[];
  /** Whom to ask for the process of each new connection; undefined for nobody. */
  lookups: LookupClient | undefined;
  /** Nobody watches the sockets: what is lost here is lost. */
  isAlone: boolean;
  /** Keeps interfaces that go down from ending the process, and asks for drops; undefined where there is none. */
  guard: PollGuard | undefined;
  now(): bigint;
  onNews(news: InterfaceNews): void;
}

/**
 * The wire's view: what passes the interfaces, by libpcap. cap hands over no time stamp (packets are
 * stamped on receipt), no length on the wire and no count of what the kernel dropped, for which the kernel is asked.
 */
export class WireView implements View {
  readonly description: string;
  readonly tellsTime = false;
  readonly losses: Readonly<Record<string, number>> = {};
  readonly #captures: readonly OpenCapture[];
  readonly #options: WireOptions;

  private constructor(captures: readonly OpenCapture[], options: WireOptions) {
    this.#captures = captures;
    this.#options = options;
    this.description = `wire (${captures.map(({ name }) => name).join(', ')})`;
  }

  /** @throws PrerequisiteError without the package cap, libpcap, the right to capture, or the interface */
  static async open(options: WireOptions): Promise<WireView> {
    const { interfaces, endpoints, isAlone } = options;
    const module = await loadCap();
    // Hosts alone, so that fragments pass too; the traffic of a metadata service is little.
    const filter = endpoints.map(({ address }) => `host ${address}`).join(' or ');
    const bufferBytes = isAlone ? bufferBytesOf(totalmem(), interfaces.length) : LEAST_BUFFER_BYTES;
    const captures: OpenCapture[] = [];
    for (const name of interfaces) {
      try {
        const cap = new module.default.Cap();
        const buffer = Buffer.alloc(PACKET_BYTES);
        kept.push(cap);
        const link = cap.open(name, filter, bufferBytes, buffer);
        cap.setMinBytes?.(0);
        const linkType = LINK_TYPES[link];
        captures.push({ name, cap, buffer, linkType: linkType ?? -1, guarded: options.guard?.guard() ?? -1 });
        if (linkType === undefined) throw new Error(`link type ${link} is not decoded`);
      } catch (error) {
        for (const { cap } of captures) cap.close();
        throw refused(name, error);
      }
    }
    return new WireView(captures, options);
  }

  async read(filter: PacketFilter, handler: JournalHandler, signal: AbortSignal): Promise<void> {
    const { lookups, endpoints, guard, now: clock, onNews } = this.#options;
    lookups?.answerTo(handler);
    const connections = lookups && new ConnectionWatch(endpoints, (request) => lookups.ask(request));
    for (const { name, cap, buffer, linkType } of this.#captures) {
      const packet = packetIn(buffer, name, linkType);
      cap.on('packet', (length) => {
        if (signal.aborted || !filter.accepts(buffer, packet.view, 0, length, linkType)) return;
        const now = clock();
        packet.seconds = Number(now / NANOSECONDS);
        packet.nanoseconds = Number(now % NANOSECONDS);
        packet.capturedLength = packet.originalLength = length;
        // First the question: its process may be gone by the time the packet has been read.
        if (lookups?.isAsking) connections?.packet(packet);
        handler.packet(packet);
      });
    }
    const count = (name: string, total: number) => {
      const counters = { [name]: String(total) };
      const record = { type: 'losses', time: String(clock()), counters } satisfies LossesRecord;
      handler.record(Buffer.from(JSON.stringify(record)), NOWHERE);
    };
    let removed = 0;
    const hear = (news: InterfaceNews) => {
      if (news.state === 'removed') count('wire.interfaces_removed', ++removed);
      onNews(news);
    };
    const drops = this.#watchDrops((total) => count('wire.dropped_packets', total));
    await new Promise<void>((resolve) => {
      const interfaces =
        guard &&
        new InterfaceWatch(guard, this.#captures, (news) => {
          hear(news);
          if (news.isLast) stop();
        });
      const stop = () => {
        interfaces?.end();
        drops?.end();
        signal.removeEventListener('abort', stop);
        for (const { cap } of this.#captures) cap.close();
        resolve();
      };
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop);
    });
    await lookups?.end();
  }

  /** Where the sockets are watched, they have what is dropped here. */
  #watchDrops(onDrops: (total: number) => void): DropWatch | undefined {
    const { guard, isAlone } = this.#options;
    const guarded = this.#captures.map((capture) => capture.guarded);
    const isCounted = guard !== undefined && isAlone && guarded.every((number) => number >= 0);
    return isCounted ? new DropWatch(guard, guarded, onDrops) : undefined;
  }
}

/** Bytes that libpcap is asked for, for each of so many interfaces. */
export function bufferBytesOf(memoryBytes: number, interfaces: number): number {
  const room = Math.min(MOST_BUFFER_BYTES, Math.floor(memoryBytes * BUFFER_SHARE));
  return Math.max(LEAST_BUFFER_BYTES, Math.floor(room / interfaces));
}

/** @throws PrerequisiteError where it is missing, or cannot be loaded */
export async function loadCap(): Promise<CapModule> {
  const name = 'cap';
  try {
    return (await import(name)) as CapModule;
  } catch (cause) {
    throw unloadable(cause);
  }
}

/** Not there, or there and unusable: built for another Node, or its libpcap is missing. */
function unloadable(cause: unknown): PrerequisiteError {
  const isAbsent = cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND';
  const [reason] = String(cause instanceof Error ? cause.message : cause).split('\n');
  const what = 'the package cap, which captures from interfaces,';
  return new PrerequisiteError(
    isAbsent ? `${what} is not installed` : `${what} cannot be loaded: ${reason}`,
    {
      code: 'wire.cap',
      remedy: isAbsent
        ? 'Install libpcap-dev and a compiler, then npm install again; or use --capture sockets.'
        : 'Install imds anew; or use --capture sockets.',
      cause,
    },
  );
}

function refused(name: string, cause: unknown): PrerequisiteError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  if (hasCapability(NET_RAW) === false) {
    const missing = `missing CAP_NET_RAW (uid ${process.getuid?.()}, kernel ${release()})`;
    return new PrerequisiteError(`cannot capture on ${name}: ${missing}: ${reason}`, {
      code: 'wire.capability',
      remedy: 'Run it as root, or give it this capability; or use --capture sockets.',
      cause,
    });
  }
  const names = interfacesText();
  return new PrerequisiteError(`cannot capture on ${name}: ${reason}`, {
    code: 'wire.open',
    remedy: `Run as root, and name an interface that there is with -i${names && `: ${names}`}.`,
    cause,
  });
}

function packetIn(bytes: Buffer, interfaceName: string, linkType: number): Packet {
  return {
    bytes,
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
    offset: 0,
    capturedLength: 0,
    originalLength: 0,
    linkType,
    seconds: 0,
    nanoseconds: 0,
    number: 0,
    interfaceName: interfaceName === 'any' ? undefined : interfaceName,
    netns: undefined,
    comment: undefined,
  };
}
