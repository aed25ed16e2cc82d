import type { AddressField, ProcessReference, SocketRecord, StreamRecord } from './records.ts';

/** Clocks of kernel and capture differ by less; a wire copy is stamped when it is received. */
const SLACK_NS = 1_000_000_000n;

/** Byte counts that a file claims may be as large as 2^64. */
function countFrom(text: string): number {
  return Math.min(Number(text), Number.MAX_SAFE_INTEGER);
}

/**
 * What is known of one connection of a socket, from however many records, in whatever order they came. Most sockets
 * have one; after a connect that failed, or connect(2) to AF_UNSPEC, a socket may connect again.
 */
export class Socket {
  readonly cookie: string;
  /** Its key in the table: the cookie, or of an earlier connection of the socket another one. */
  key: string;
  local: AddressField | undefined;
  remote: AddressField | undefined;
  isn: number | undefined;
  process: ProcessReference | undefined;
  netns: number | undefined;
  /** First event or packet within the session; undefined where only its end is known. */
  since: bigint | undefined;
  /** It was seen to begin: its counts are those of the session. */
  #begun = false;
  closed: bigint | undefined;
  inherited = false;
  failed = false;
  /** Its packets were seen in the socket view. */
  streamed = false;
  /** Payload bytes by the kernel's count, once it is closed. */
  sent: number | undefined;
  received: number | undefined;
  /** Payload bytes captured, and the part of them that the kernel's count confirms and is credited. */
  requestBytes = 0;
  responseBytes = 0;
  credited = 0;
  /** A call in the capture is its, so a connection will end that is. */
  called = false;
  /** A connection in the capture is its. */
  seen = false;
  settled = false;
  /** Its keys in the table's indexes. */
  keys: readonly (string | number)[] = [];

  constructor(cookie: string) {
    this.cookie = cookie;
    this.key = cookie;
  }

  /** Whether the record is of a later connection of the same socket: by its ISN, or begun when this one had ended. */
  isBefore({ type, isn, time }: SocketRecord | StreamRecord): boolean {
    const isOther = isn !== undefined && this.isn !== undefined && isn !== this.isn;
    if (this.since === undefined || (type !== 'socket_opened' && !(type === 'stream' && isOther)))
      return false;
    if (this.closed === undefined) return isOther && BigInt(time) > this.since;
    return (isOther || isn === undefined || this.isn === undefined) && BigInt(time) > this.closed;
  }

  learn(record: SocketRecord): void {
    this.local ??= record.local;
    this.remote ??= record.remote;
    this.isn ??= record.isn;
    this.process ??= record.process;
    this.netns ??= record.netns;
    const time = BigInt(record.time);
    switch (record.type) {
      case 'socket_inherited':
        this.inherited = true;
        break;
      case 'socket_closed':
        this.closed ??= time;
        this.failed ||= record.failed === true;
        this.sent ??= record.sent === undefined ? this.#unsent() : countFrom(record.sent);
        this.received ??= record.received === undefined ? this.#unsent() : countFrom(record.received);
        break;
      default:
        this.#begun = true;
        this.#knownAt(time);
    }
  }

  learnStream(record: StreamRecord): void {
    this.local ??= record.local;
    this.remote ??= record.remote;
    this.isn ??= record.isn;
    this.netns ??= record.netns;
    this.streamed = true;
    this.#knownAt(BigInt(record.time));
  }

  /** Whether the kernel counted the whole of its life. */
  get provable(): boolean {
    return (
      !this.inherited &&
      this.#begun &&
      this.closed !== undefined &&
      this.sent !== undefined &&
      this.received !== undefined
    );
  }

  /** Whether it was open then; `lenient` allows for clocks that differ. */
  isOpenAt(time: bigint, lenient: boolean): boolean {
    const slack = lenient ? SLACK_NS : 0n;
    const began = this.inherited || (this.since !== undefined && this.since - slack <= time);
    return began && (this.closed === undefined || time <= this.closed + slack);
  }

  #knownAt(time: bigint): void {
    if (this.since === undefined || time < this.since) this.since = time;
  }

  /** A connect that failed has sent nothing, also where nobody says so. */
  #unsent(): number | undefined {
    return this.failed ? 0 : undefined;
  }
}
