import { DEFAULT_LIMITS } from '../../bpf/limits.ts';
import { ProcessTable } from '../../bpf/processes.ts';
import type { AddressField, JournalRecord, ProcessReference } from '../../bpf/records.ts';
import type { Segment } from '../../capture/decode/segment.ts';
import { commandLine } from '../../report/command-line.ts';
import { escapeText } from '../../report/escape.ts';
import { ProcessViews } from '../../report/process-view.ts';
import { programName } from '../../report/program.ts';
import { ConnectionIsns } from './connection-isns.ts';

const MAX_SOCKETS = 65_536;
const MAX_COMMENT = 1000;

interface Owner {
  comment: string;
  /** Inode of the socket's network namespace; 0 where it is not known. */
  netns: number;
}

/** Whose a packet is that was captured on a wire, as far as its addresses tell. */
interface Addressee {
  cookie: string;
  /** undefined where sockets of two namespaces had the addresses at once: then nobody is named. */
  comment: string | undefined;
  /** undefined where its handshake was before the session. */
  isn: number | undefined;
  isClosed: boolean;
}

/** What a record says of a socket's ends. */
interface SocketAddresses {
  cookie: string;
  local?: AddressField | undefined;
  remote?: AddressField | undefined;
  isn?: number | undefined;
}

/** What Wireshark shows beside each packet: whose socket it is of, as `pid 4912: curl -s http://… ← bash`. */
export class PacketComments {
  readonly #processes = new ProcessTable(DEFAULT_LIMITS, {});
  readonly #views = new ProcessViews();
  /** By cookie; then by the addresses of the socket, with its namespace and without. The oldest leave first. */
  readonly #byCookie = new Map<string, Owner>();
  readonly #byNamespace = new Map<string, string>();
  readonly #byAddress = new Map<string, Addressee>();
  /** The key of the sockets' addresses, by cookie. */
  readonly #addresses = new Map<string, string>();
  /** What look-ups in /proc found, by addresses and ISN (none where the handshake was before the session). */
  readonly #lookedUp = new Map<string, string>();
  readonly #isns = new ConnectionIsns();

  learn(record: JournalRecord): void {
    switch (record.type) {
      case 'process':
        this.#processes.add(record);
        return;
      case 'socket_opened':
      case 'socket_established':
      case 'socket_inherited': {
        const comment = record.process && this.#comment(record.process);
        if (comment !== undefined) {
          remember(this.#byCookie, record.cookie, { comment, netns: record.netns ?? 0 });
        }
        this.#address(record);
        return;
      }
      case 'socket_closed': {
        const addressee = this.#byAddress.get(this.#addresses.get(record.cookie) ?? '');
        if (addressee?.cookie === record.cookie) addressee.isClosed = true;
        return;
      }
      case 'stream':
        this.#address(record);
        return;
      case 'procfs': {
        const { local, remote, isn, process } = record;
        const comment = process && this.#comment(process);
        if (comment !== undefined)
          remember(this.#lookedUp, lookupKey(addressKey(local, remote), isn), comment);
      }
    }
  }

  /** Of every packet, in the order of the capture. */
  of(client: AddressField, endpoint: AddressField, segment: Segment): string | undefined {
    const key = addressKey(client, endpoint);
    const { netns } = segment;
    if (netns === 0) return this.#ofWire(key, this.#isns.of(key, segment));
    return this.#byNamespace.get(`${netns} ${key}`) ?? this.#byNamespace.get(`0 ${key}`);
  }

  /** What the probe said stands; what it did not tell of was looked up, if anybody asked. */
  #ofWire(key: string, isn: number | 'other' | undefined): string | undefined {
    if (isn === 'other') return undefined;
    const lookedUp = this.#lookedUp.get(lookupKey(key, isn));
    const addressee = this.#byAddress.get(key);
    // The socket may be known where the wire's handshake is not: its copy at the socket was the one that was saved.
    if (addressee === undefined || (isn !== undefined && addressee.isn !== isn)) return lookedUp;
    return addressee.isClosed && isn === undefined ? (lookedUp ?? addressee.comment) : addressee.comment;
  }

  #address({ cookie, local, remote, isn }: SocketAddresses): void {
    const owner = this.#byCookie.get(cookie);
    if (owner === undefined || local === undefined || remote === undefined) return;
    const { comment, netns } = owner;
    const key = addressKey(local, remote);
    remember(this.#byNamespace, `${netns} ${key}`, comment);
    remember(this.#addresses, cookie, key);
    const before = this.#byAddress.get(key);
    const isShared = before !== undefined && before.cookie !== cookie && !before.isClosed;
    remember(this.#byAddress, key, {
      cookie,
      comment: isShared ? undefined : comment,
      isn: isn ?? (before?.cookie === cookie ? before.isn : undefined),
      isClosed: false,
    });
  }

  #comment(reference: ProcessReference): string | undefined {
    const process = this.#processes.get(reference, undefined);
    if (process === undefined) return undefined;
    const shown = this.#views.view(process).process;
    const { args, name, pid, ancestors } = shown;
    const command = args === undefined || args.length === 0 ? (name ?? '') : commandLine(shown);
    const chain = ancestors.map((ancestor) => ` ← ${programName(ancestor) ?? `pid ${ancestor.pid}`}`);
    return escapeText(`pid ${pid}: ${command}${chain.join('')}`).slice(0, MAX_COMMENT);
  }
}

function addressKey(client: AddressField, endpoint: AddressField): string {
  return `${client.address} ${client.port} ${endpoint.address} ${endpoint.port}`;
}

function lookupKey(addresses: string, isn: number | undefined): string {
  return `${addresses} ${isn ?? ''}`;
}

function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > MAX_SOCKETS && oldest !== undefined) map.delete(oldest);
}
