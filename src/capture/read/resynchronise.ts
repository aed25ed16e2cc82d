import { MAX_PACKET_BYTES } from './record-reader.ts';

/** Steps along chains, of all searches in a file together, before they are given up: about a second. */
const MAX_STEPS = 20_000_000;

/**
 * Where the record at `at` ends; NaN where it is no record; Infinity where more bytes are needed to
 * tell. `first` says that a new chain begins here.
 */
export type RecordEnd = (at: number, first: boolean) => number;

/**
 * Looks for the next record after damage, and takes it only where that is certain.
 *
 * Certain is an unbroken chain of valid records that is longer than any packet: a capture that
 * was itself captured (someone downloaded a pcap file) also forms chains, but within one packet. Or
 * a chain that ends with the last byte of the input, for what is embedded in a packet is followed
 * by the rest of its own record. (A record that is merely cut by the end of the input is no damage
 * that is searched behind: a download cut in the same packet could look like such a chain.)
 */
export class Resynchroniser {
  readonly #step: number;
  #steps = 0;

  /** @param step alignment of records: 4 bytes in pcapng, 1 in pcap */
  constructor(step: number) {
    this.#step = step;
  }

  /**
   * @param ended no more bytes will follow `end`
   * @returns `found`: a record begins at `at`; otherwise the search goes on at `at` with more bytes,
   *   or, with `at` Infinity, is given up
   */
  search(from: number, end: number, ended: boolean, recordEnd: RecordEnd): { found: boolean; at: number } {
    for (let at = from; at < end; at += this.#step) {
      let next = at;
      for (;;) {
        if (next > at && ++this.#steps > MAX_STEPS) return { found: false, at: Number.POSITIVE_INFINITY };
        if (next - at > MAX_PACKET_BYTES) return { found: true, at };
        if (next === end && next > at) {
          if (!ended) return { found: false, at };
          return { found: true, at };
        }
        next = recordEnd(next, next === at);
        if (Number.isNaN(next)) break;
        if (next > end) {
          if (!ended) return { found: false, at };
          break;
        }
      }
    }
    return { found: false, at: ended ? Number.POSITIVE_INFINITY : from };
  }
}
