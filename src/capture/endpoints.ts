import { FailureError } from '../errors.ts';
import type { Endpoint } from '../model.ts';
import { MAPPED_PREFIX, parseAddress } from './address.ts';

/**
 * The endpoints in the form in which packets are compared with them: words, not text. The loops
 * are over one or two entries; anything cleverer costs more per unwanted packet.
 */
export class EndpointTable {
  readonly endpoints: readonly Endpoint[];
  readonly #words: Int32Array;
  readonly #ports: Uint16Array;
  readonly #count: number;

  constructor(endpoints: readonly Endpoint[]) {
    this.endpoints = endpoints;
    this.#count = endpoints.length;
    this.#words = new Int32Array(endpoints.length * 4);
    this.#ports = Uint16Array.from(endpoints, (endpoint) => endpoint.port);
    endpoints.forEach((endpoint, i) => {
      const words = parseAddress(endpoint.address);
      if (words === undefined) {
        throw new FailureError(`not an IP address: ${endpoint.address}`, { code: 'endpoint.address' });
      }
      this.#words.set(words, i * 4);
    });
  }

  /** Whether any port of this IPv4 address is an endpoint. */
  hasIpv4(word: number): boolean {
    for (let i = 3; i < this.#words.length; i += 4) {
      if (this.#words[i] === word && this.#words[i - 1] === MAPPED_PREFIX) return true;
    }
    return false;
  }

  hasIpv6(view: DataView, at: number): boolean {
    const last = view.getInt32(at + 12);
    for (let i = 0; i < this.#words.length; i += 4) {
      if (
        this.#words[i + 3] === last &&
        this.#words[i] === view.getInt32(at) &&
        this.#words[i + 1] === view.getInt32(at + 4) &&
        this.#words[i + 2] === view.getInt32(at + 8)
      ) {
        return true;
      }
    }
    return false;
  }

  /** Index of the endpoint with this address and port, or -1. */
  indexOf(w0: number, w1: number, w2: number, w3: number, port: number): number {
    for (let i = 0; i < this.#count; i++) {
      const at = i * 4;
      if (
        this.#ports[i] === port &&
        this.#words[at + 3] === w3 &&
        this.#words[at + 2] === w2 &&
        this.#words[at + 1] === w1 &&
        this.#words[at] === w0
      ) {
        return i;
      }
    }
    return -1;
  }

  hasPort(port: number): boolean {
    for (let i = 0; i < this.#count; i++) if (this.#ports[i] === port) return true;
    return false;
  }
}
