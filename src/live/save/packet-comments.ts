import { DEFAULT_LIMITS } from '../../bpf/limits.ts';
import { ProcessTable } from '../../bpf/processes.ts';
import type { AddressField, JournalRecord, ProcessReference } from '../../bpf/records.ts';
import { escapeText } from '../../report/escape.ts';
import { ProcessViews } from '../../report/process-view.ts';
import { programName } from '../../report/program.ts';

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
  isClosed: boolean;
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
        this.#address(record.cookie, record.local, record.remote);
        return;
      }
      case 'socket_closed': {
        const addressee = this.#byAddress.get(this.#addresses.get(record.cookie) ?? '');
        if (addressee?.cookie === record.cookie) addressee.isClosed = true;
        return;
      }
      case 'stream':
        this.#address(record.cookie, record.local, record.remote);
    }
  }

  /** @param netns inode of the packet's network namespace; 0 where it was captured on a wire */
  of(client: AddressField, endpoint: AddressField, netns: number): string | undefined {
    const key = addressKey(client, endpoint);
    if (netns === 0) return this.#byAddress.get(key)?.comment;
    return this.#byNamespace.get(`${netns} ${key}`) ?? this.#byNamespace.get(`0 ${key}`);
  }

  #address(cookie: string, local: AddressField | undefined, remote: AddressField | undefined): void {
    const owner = this.#byCookie.get(cookie);
    if (owner === undefined || local === undefined || remote === undefined) return;
    const { comment, netns } = owner;
    const key = addressKey(local, remote);
    remember(this.#byNamespace, `${netns} ${key}`, comment);
    remember(this.#addresses, cookie, key);
    const before = this.#byAddress.get(key);
    const isShared = before !== undefined && before.cookie !== cookie && !before.isClosed;
    remember(this.#byAddress, key, { cookie, comment: isShared ? undefined : comment, isClosed: false });
  }

  #comment(reference: ProcessReference): string | undefined {
    const process = this.#processes.get(reference, undefined);
    if (process === undefined) return undefined;
    const { args, name, pid, ancestors } = this.#views.view(process).process;
    const command = args === undefined || args.length === 0 ? (name ?? '') : args.join(' ');
    const chain = ancestors.map((ancestor) => ` ← ${programName(ancestor) ?? `pid ${ancestor.pid}`}`);
    return escapeText(`pid ${pid}: ${command}${chain.join('')}`).slice(0, MAX_COMMENT);
  }
}

function addressKey(client: AddressField, endpoint: AddressField): string {
  return `${client.address} ${client.port} ${endpoint.address} ${endpoint.port}`;
}

function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > MAX_SOCKETS && oldest !== undefined) map.delete(oldest);
}
