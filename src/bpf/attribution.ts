import { JournalClock, milliseconds } from '../journal/clock.ts';
import { count } from '../journal/counters.ts';
import { Fifo } from '../journal/fifo.ts';
import type {
  AttributedCall,
  ConnectionSummary,
  Counters,
  Endpoint,
  Host,
  ImdsCall,
  Problem,
  Watch,
} from '../model.ts';
import { callOfEmpty, needsCount } from './empty-connection.ts';
import { JournalProblems } from './journal-problems.ts';
import { type Finding, JournalState } from './journal-state.ts';
import { type Balance, Ledger } from './ledger.ts';
import { type AttributionLimits, DEFAULT_LIMITS } from './limits.ts';
import { LossNames } from './loss-names.ts';
import { REASONS, type Reason } from './reasons.ts';
import { type JournalRecord, RECORD_FORMAT, type SessionRecord } from './records.ts';
import { hostOf, Session } from './session.ts';
import type { Socket } from './socket.ts';
import { SocketEnds } from './socket-ends.ts';
import type { ConnectionQuery } from './sockets.ts';
import { WatchedTime } from './watched-time.ts';

/** How long a call waits for records, in journal time. */
const WAIT_MS = 2000;

export interface AttributionOptions {
  /** The capture, as the user named it. */
  capture: string;
  /** Sockets to other addresses are not reported. */
  endpoints: readonly Endpoint[];
  emit(call: AttributedCall): void;
  limits?: AttributionLimits | undefined;
}

interface Waiting {
  query: ConnectionQuery;
  call: ImdsCall | undefined;
  connection: ConnectionSummary | undefined;
  /** Journal time, milliseconds. */
  deadline: number;
}

/**
 * Calls and records → attributed calls, in the order in which the calls came. It moves by the
 * journal's time alone, and knows only what the journal says.
 */
export class Attributor {
  readonly losses: Counters = {};
  /** Answers of look-ups in /proc, of all sessions of the capture. */
  readonly lookups = { made: 0, found: 0 };
  readonly #options: AttributionOptions;
  readonly #limits: AttributionLimits;
  readonly #clock = new JournalClock();
  readonly #ledger = new Ledger();
  readonly #waiting = new Fifo<Waiting>();
  readonly #ends: SocketEnds;
  readonly #lossNames = new LossNames();
  readonly #problems: JournalProblems;
  #state: JournalState | undefined;
  #unattributed = unattributed(REASONS.noRecords);
  #header: SessionRecord | undefined;
  readonly #watched = new WatchedTime();

  constructor(options: AttributionOptions) {
    this.#options = options;
    this.#limits = options.limits ?? DEFAULT_LIMITS;
    this.#problems = new JournalProblems(options.capture);
    this.#ends = new SocketEnds(options.endpoints, this.#ledger, (call, finding) =>
      this.#emit(call, finding),
    );
  }

  /** Header of the first session; its losses, host and views are those of the capture. */
  get header(): SessionRecord | undefined {
    return this.#header;
  }

  get host(): Host | undefined {
    return this.#header && hostOf(this.#header);
  }

  /** Of the first session: from its header, or the last of its files that is missing, to its last tick. */
  get watch(): Watch | undefined {
    return this.#watched.watch;
  }

  /** What was lost so far, also of the session that goes on. */
  get lossesSoFar(): Counters {
    const losses = { ...this.losses };
    for (const [name, lost] of this.session?.losses ?? []) losses[name] = (losses[name] ?? 0) + lost;
    return losses;
  }

  get session(): Session | undefined {
    return this.#state?.session;
  }

  /** What is wrong with the records. */
  get problems(): readonly Problem[] {
    return this.#problems.told;
  }

  get balance(): Readonly<Balance> {
    return this.#ledger.balance;
  }

  /** Packets and records tell of connections, and of none in common. */
  get haveNothingInCommon(): boolean {
    return this.#ledger.haveNothingInCommon;
  }

  /** What the records say of a socket that is open, or has closed a short while ago. */
  socket(cookie: string): Readonly<Socket> | undefined {
    return this.#state?.sockets.get(cookie);
  }

  /** The time of a packet or tick. Does what has become due. */
  now(time: number): void {
    this.#clock.now(time);
    this.#expire();
  }

  record(record: JournalRecord): void {
    if (record.type === 'session') {
      this.#begin(record);
    } else if (this.#state === undefined) {
      this.#withoutSession(record);
      return;
    } else {
      this.#learn(this.#state, record);
    }
    if (record.time !== undefined && record.type !== 'tick') {
      this.#clock.atLeast(milliseconds(BigInt(record.time)));
    }
    this.#expire();
  }

  call(call: ImdsCall): void {
    const state = this.#state;
    if (state === undefined) {
      this.#emit(call, this.#unattributed);
      return;
    }
    this.#enqueue({ query: call, call, connection: undefined });
  }

  connectionEnd(connection: ConnectionSummary): void {
    if (this.#state === undefined) {
      this.#ledger.connection(connection, undefined);
      if (connection.calls > 0) return;
      const call = callOfEmpty(connection, undefined, false);
      if (call !== undefined) this.call(call);
      return;
    }
    const { endpoint, client, aliases, clientIsn, netns, time } = connection;
    const query = { endpoint, client, aliases, clientIsn, netns, connectionTime: time, time };
    this.#enqueue({ query, call: undefined, connection });
  }

  /** What the records say is not of this capture: nothing of them is used. */
  discard(reason: Reason): void {
    this.#state = undefined;
    this.#header = undefined;
    this.#watched.discard();
    this.#unattributed = unattributed(reason);
    this.#ends.clear();
    this.#flush();
  }

  /** No packet or record will come any more, and all connections have ended: what waits is emitted as it stands. */
  end(): void {
    if (this.#state !== undefined) this.#endSession(this.#state, true);
  }

  #begin(header: SessionRecord): void {
    if (header.session === this.session?.header.session) {
      this.#file(header);
      return;
    }
    if (this.#state !== undefined) this.#endSession(this.#state, false);
    if (header.format !== RECORD_FORMAT) {
      this.#unattributed = unattributed(REASONS.newerFormat);
      this.#problems.otherFormat(header.format);
      return;
    }
    this.#header ??= header;
    const forget = (socket: Socket) => this.#ends.remove(socket);
    const session = new Session(header, this.#lossNames);
    this.#watched.begin(session);
    this.#file(header);
    this.#state = new JournalState(session, this.#limits, this.losses, forget);
  }

  #file({ part }: SessionRecord): void {
    const missing = this.#watched.file(part);
    if (missing !== undefined) this.#problems.filesMissing(...missing);
  }

  /**
   * Also where another session follows in the same capture: of this one, nothing more will be told.
   * @param over no connection is open any more
   */
  #endSession(state: JournalState, over: boolean): void {
    state.session.ended = true;
    this.#flush();
    this.#ends.end(state, over);
    for (const [name, lost] of state.session.losses) {
      if (lost === 0) this.losses[name] ??= 0;
      else count(this.losses, name, lost);
    }
    this.#ends.clear();
    this.#state = undefined;
  }

  #withoutSession({ type }: JournalRecord): void {
    count(this.losses, 'records.without_session');
    if (this.losses['records.without_session'] === 1 && this.problems.length === 0)
      this.#problems.noSession(type);
  }

  #learn(state: JournalState, record: Exclude<JournalRecord, SessionRecord>): void {
    const socket = state.learn(record);
    switch (record.type) {
      case 'procfs':
        this.lookups.made++;
        if (record.process !== undefined) this.lookups.found++;
        return;
      case 'probe_exit':
        count(this.losses, 'probe.exits');
        return;
      case 'tick':
        this.#watched.at(BigInt(record.time));
        this.#clock.now(milliseconds(BigInt(record.time)));
        return;
      case 'end':
        this.#watched.at(BigInt(record.time));
        return;
      default:
        if (socket !== undefined) this.#ends.settle(state, socket, this.#clock.elapsed);
    }
  }

  #enqueue(item: Omit<Waiting, 'deadline'>): void {
    if (this.#waiting.length === 0 && this.#finish(item, false)) return;
    if (this.#waiting.length >= this.#limits.waiting) {
      count(this.losses, 'attribution.waits_cut_short');
      const first = this.#waiting.shift();
      if (first !== undefined) this.#finish(first, true);
    }
    // Not spread: with a number that is no integer, V8 then gives each a shape of its own, larger than the object.
    const { query, call, connection } = item;
    this.#waiting.push({ query, call, connection, deadline: this.#clock.elapsed + WAIT_MS });
  }

  #expire(): void {
    const { elapsed } = this.#clock;
    for (let item = this.#waiting.first; item !== undefined; item = this.#waiting.first) {
      if (!this.#finish(item, elapsed >= item.deadline)) break;
      this.#waiting.shift();
    }
    const state = this.#state;
    if (state === undefined) return;
    this.#ends.expire(state, elapsed);
  }

  #flush(): void {
    for (let item = this.#waiting.shift(); item !== undefined; item = this.#waiting.shift()) {
      this.#finish(item, true);
    }
  }

  /** Emits the call, or books the connection, if all is known or it must be now. */
  #finish({ query, call, connection }: Omit<Waiting, 'deadline'>, must: boolean): boolean {
    const finding = this.#find(query);
    if (call !== undefined) {
      if (!finding.final && !must) return false;
      if (finding.socket !== undefined) finding.socket.called = true;
      this.#emit(call, finding);
      return true;
    }
    if (connection === undefined) return true;
    const { socket } = finding;
    if (connection.calls > 0) {
      if (socket === undefined && !finding.final && !must) return false;
    } else {
      const counted =
        !needsCount(connection) || (socket === undefined ? finding.final : socket.closed !== undefined);
      if (!(finding.final && counted) && !must && !this.#state?.session.ended) return false;
      const isOlder = socket !== undefined && this.#state?.isOlder(socket) === true;
      const empty = callOfEmpty(connection, socket, isOlder);
      if (empty !== undefined) this.#emit(empty, finding);
    }
    this.#ledger.connection(connection, socket);
    if (socket !== undefined) this.#ends.settle(this.#state, socket, this.#clock.elapsed);
    else this.#state?.strays.add(connection, this.#clock.elapsed);
    return true;
  }

  #find(query: ConnectionQuery): Finding {
    return this.#state?.find(query) ?? this.#unattributed;
  }

  #emit(call: ImdsCall, { attribution, process }: Finding): void {
    const { capture } = this.#options;
    const session = this.#state?.session;
    this.#options.emit({
      call,
      process,
      attribution,
      host: session?.host,
      session: session?.header.session ?? capture,
      capture,
    });
  }
}

function unattributed(reason: Reason): Finding {
  return { attribution: { source: 'none', match: 'none', reason }, final: true };
}
