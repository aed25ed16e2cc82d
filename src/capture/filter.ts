import type { Endpoint } from '../model.ts';
import type { PacketFilter } from '../ports.ts';
import { networkOffset } from './decode/link.ts';
import { EndpointTable } from './endpoints.ts';

const PROTOCOL_TCP = 6;
const IPV4_HEADER = 20;
const IPV6_HEADER = 40;
/** More-fragments flag and fragment offset (RFC 791 §3.1). */
const FRAGMENT_BITS = 0x3fff;

/** Accepts packets from or to an endpoint. What a look at the ports cannot decide is accepted. */
export function createEndpointFilter(endpoints: readonly Endpoint[]): PacketFilter {
  return new EndpointFilter(new EndpointTable(endpoints));
}

class EndpointFilter implements PacketFilter {
  readonly #table: EndpointTable;

  constructor(table: EndpointTable) {
    this.#table = table;
  }

  accepts(_bytes: Uint8Array, view: DataView, offset: number, length: number, linkType: number): boolean {
    const ip = networkOffset(view, offset, length, linkType);
    if (ip < 0) return false;
    const end = offset + length;
    if (ip + IPV4_HEADER > end) return false;
    const first = view.getUint8(ip);
    if (first >> 4 === 4) {
      if (!this.#table.hasIpv4(view.getInt32(ip + 16)) && !this.#table.hasIpv4(view.getInt32(ip + 12))) {
        return false;
      }
      if (view.getUint8(ip + 9) !== PROTOCOL_TCP) return false;
      if ((view.getUint16(ip + 6) & FRAGMENT_BITS) !== 0) return true;
      return this.#portsMatch(view, ip + (first & 15) * 4, end);
    }
    if (first >> 4 !== 6 || ip + IPV6_HEADER > end) return false;
    if (!this.#table.hasIpv6(view, ip + 24) && !this.#table.hasIpv6(view, ip + 8)) return false;
    if (view.getUint8(ip + 6) !== PROTOCOL_TCP) return true;
    return this.#portsMatch(view, ip + IPV6_HEADER, end);
  }

  #portsMatch(view: DataView, tcp: number, end: number): boolean {
    if (tcp + 4 > end) return true;
    return this.#table.hasPort(view.getUint16(tcp)) || this.#table.hasPort(view.getUint16(tcp + 2));
  }
}
