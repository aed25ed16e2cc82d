import { DEFAULT_LIMITS } from '../../bpf/limits.ts';
import { ProcessTable } from '../../bpf/processes.ts';
import type { AddressField, JournalRecord, ProcessReference } from '../../bpf/records.ts';
import { escapeText } from '../../report/escape.ts';
import { ProcessViews } from '../../report/process-view.ts';
import { programName } from '../../report/program.ts';

const MAX_SOCKETS = 65_536;
const MAX_COMMENT = 1000;

/** What Wireshark shows beside each packet: whose socket it is of, as `pid 4912: curl -s http://… ← bash`. */
export class PacketComments {
  readonly #processes = new ProcessTable(DEFAULT_LIMITS, {});
  readonly #views = new ProcessViews();
  /** By cookie, then by the addresses of the socket; the oldest leave first. */
  readonly #byCookie = new Map<string, string>();
  readonly #byAddress = new Map<string, string>();

  learn(record: JournalRecord): void {
    switch (record.type) {
      case 'process':
        this.#processes.add(record);
        return;
      case 'socket_opened':
      case 'socket_established':
      case 'socket_inherited': {
        const comment = record.process && this.#comment(record.process);
        if (comment !== undefined) remember(this.#byCookie, record.cookie, comment);
        this.#address(record.cookie, record.local, record.remote);
        return;
      }
      case 'stream':
        this.#address(record.cookie, record.local, record.remote);
    }
  }

  of(client: AddressField, endpoint: AddressField): string | undefined {
    return this.#byAddress.get(addressKey(client, endpoint));
  }

  #address(cookie: string, local: AddressField | undefined, remote: AddressField | undefined): void {
    const comment = this.#byCookie.get(cookie);
    if (comment === undefined || local === undefined || remote === undefined) return;
    remember(this.#byAddress, addressKey(local, remote), comment);
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

function remember(map: Map<string, string>, key: string, comment: string): void {
  map.delete(key);
  map.set(key, comment);
  const [oldest] = map.keys();
  if (map.size > MAX_SOCKETS && oldest !== undefined) map.delete(oldest);
}
