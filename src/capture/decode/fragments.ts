import { count } from '../../journal/counters.ts';
import type { Counters } from '../../model.ts';

/** The largest IP datagram (RFC 791 §3.1); nothing longer can be reassembled. */
const MAX_DATAGRAM = 65_535;
const MAX_DATAGRAMS = 256;
/** Separate ranges of one datagram: real fragments are large, and come nearly in order. */
const MAX_RANGES = 64;
/** RFC 8200 §4.5: reassembly is given up 60 seconds after the first fragment. */
const EXPIRY_SECONDS = 60;

/** Where a fragment belongs and what it holds. */
export interface Fragment {
  /** Source, destination, protocol and identification, as one string. */
  key: string;
  offset: number;
  more: boolean;
  seconds: number;
}

interface Datagram {
  seconds: number;
  /** Payload so far; holes are in `filled`. */
  bytes: Buffer;
  /** Ranges received, [start, end) in ascending order, merged. */
  filled: [number, number][];
  /** Known once the last fragment is there. */
  length: number;
}

/**
 * IP reassembly of what goes to or comes from an endpoint. Bounded in datagrams, each bounded by
 * the protocol, expired on capture time. Overlaps: the first copy wins, and is counted (RFC 5722
 * forbids them for IPv6; dropping the datagram would let an attacker hide a request).
 */
export class FragmentTable {
  readonly #datagrams = new Map<string, Datagram>();
  /** Completed a moment ago: further copies of their fragments come from other interfaces. */
  readonly #completed = new Map<string, number>();
  readonly #losses: Counters;

  constructor(losses: Counters) {
    this.#losses = losses;
  }

  /** The whole payload, when this fragment completes it. */
  add(fragment: Fragment, bytes: Buffer, start: number, end: number): Buffer | undefined {
    const length = end - start;
    if (length <= 0 || fragment.offset + length > MAX_DATAGRAM) {
      count(this.#losses, 'ip.fragments_invalid');
      return undefined;
    }
    const completed = this.#completed.get(fragment.key);
    if (completed !== undefined && Math.abs(fragment.seconds - completed) <= 1) return undefined;
    const datagram = this.#open(fragment);
    if (datagram.filled.length >= MAX_RANGES) {
      count(this.#losses, 'ip.fragments_invalid');
      return undefined;
    }
    this.#fill(datagram, fragment.offset, bytes, start, end);
    if (!fragment.more) this.#tellEnd(datagram, fragment.offset + length);
    const [first] = datagram.filled;
    if (datagram.length < 0 || first === undefined || first[0] > 0 || first[1] < datagram.length)
      return undefined;
    this.#datagrams.delete(fragment.key);
    this.#remember(fragment);
    return datagram.bytes.subarray(0, datagram.length);
  }

  /** What is left when the capture ends never became whole. */
  end(): void {
    count(this.#losses, 'ip.fragments_expired', this.#datagrams.size);
    this.#datagrams.clear();
  }

  /** As with bytes, what was told first stands. */
  #tellEnd(datagram: Datagram, end: number): void {
    if (datagram.length < 0) datagram.length = end;
    else if (datagram.length !== end) count(this.#losses, 'ip.fragments_conflicting');
  }

  #remember(fragment: Fragment): void {
    this.#completed.delete(fragment.key);
    this.#completed.set(fragment.key, fragment.seconds);
    const [oldest] = this.#completed.keys();
    if (this.#completed.size > MAX_DATAGRAMS && oldest !== undefined) this.#completed.delete(oldest);
  }

  #open(fragment: Fragment): Datagram {
    this.#expire(fragment.seconds);
    let datagram = this.#datagrams.get(fragment.key);
    if (datagram === undefined) {
      if (this.#datagrams.size >= MAX_DATAGRAMS) {
        const [oldest] = this.#datagrams.keys();
        if (oldest !== undefined) this.#datagrams.delete(oldest);
        count(this.#losses, 'ip.fragments_evicted');
      }
      datagram = { seconds: fragment.seconds, bytes: Buffer.alloc(2048), filled: [], length: -1 };
      this.#datagrams.set(fragment.key, datagram);
    }
    return datagram;
  }

  /** The map is in order of arrival, so the expired are in front. */
  #expire(seconds: number): void {
    for (const [key, datagram] of this.#datagrams) {
      if (seconds - datagram.seconds < EXPIRY_SECONDS) return;
      this.#datagrams.delete(key);
      count(this.#losses, 'ip.fragments_expired');
    }
  }

  #fill(datagram: Datagram, offset: number, bytes: Buffer, start: number, end: number): void {
    const to = offset + end - start;
    if (to > datagram.bytes.length) {
      const larger = Buffer.alloc(Math.min(MAX_DATAGRAM, Math.max(to, datagram.bytes.length * 2)));
      datagram.bytes.copy(larger);
      datagram.bytes = larger;
    }
    let at = offset;
    for (const [from, until] of datagram.filled) {
      if (until <= at) continue;
      if (from >= to) break;
      if (from > at) bytes.copy(datagram.bytes, at, start + at - offset, start + from - offset);
      if (differs(datagram.bytes, bytes, Math.max(from, at), Math.min(until, to), start - offset)) {
        count(this.#losses, 'ip.fragments_conflicting');
      }
      at = Math.max(at, until);
    }
    if (at < to) bytes.copy(datagram.bytes, at, start + at - offset, end);
    datagram.filled = merge(datagram.filled, [offset, to]);
  }
}

function differs(kept: Buffer, bytes: Buffer, from: number, to: number, shift: number): boolean {
  return from < to && kept.compare(bytes, from + shift, to + shift, from, to) !== 0;
}

function merge(ranges: [number, number][], added: [number, number]): [number, number][] {
  const merged: [number, number][] = [];
  for (const range of [...ranges, added].sort((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last !== undefined && range[0] <= last[1]) last[1] = Math.max(last[1], range[1]);
    else merged.push([range[0], range[1]]);
  }
  return merged;
}
