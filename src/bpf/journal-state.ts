import type { Attribution, Counters, Process } from '../model.ts';
import { Directory } from './directory.ts';
import type { AttributionLimits } from './limits.ts';
import { LookupTable } from './lookups.ts';
import { ProcessTable } from './processes.ts';
import { LOOKUP_REASONS, REASONS, type Reason } from './reasons.ts';
import type { JournalRecord, SessionRecord } from './records.ts';
import type { Session } from './session.ts';
import type { Socket } from './socket.ts';
import { type ConnectionQuery, type SocketMatch, SocketTable } from './sockets.ts';
import { Strays } from './strays.ts';

/** What is known of a connection's process now. */
export interface Finding {
  attribution: Attribution;
  process?: Process | undefined;
  socket?: Socket | undefined;
  /** No later record can make it better. */
  final: boolean;
}

const RANK = { cookie: 0, isn: 1, 'isn-nat': 2, tuple: 3, procfs: 4, none: 5 } as const;

/** Everything that the records of one session have told so far, and what follows of it for a connection. */
export class JournalState {
  readonly session: Session;
  readonly sockets: SocketTable;
  readonly processes: ProcessTable;
  readonly lookups: LookupTable;
  readonly strays: Strays;
  readonly directory = new Directory();
  readonly #losses: Counters;

  constructor(
    session: Session,
    limits: AttributionLimits,
    losses: Counters,
    onEvict: (socket: Socket) => void,
  ) {
    this.session = session;
    this.#losses = losses;
    this.sockets = new SocketTable(limits.sockets, losses, onEvict);
    this.processes = new ProcessTable(limits, losses, this.directory);
    this.lookups = new LookupTable(limits.lookups, losses);
    this.strays = new Strays(limits.strays, losses);
  }

  /** @returns the socket that it tells news of, where it is a socket's record */
  learn(record: Exclude<JournalRecord, SessionRecord>): Socket | undefined {
    switch (record.type) {
      case 'process':
        this.processes.add(record);
        return undefined;
      case 'stream':
        this.sockets.learnStream(record);
        return undefined;
      case 'procfs':
        this.lookups.add(record);
        return undefined;
      case 'program':
      case 'container':
      case 'unit':
      case 'user':
        this.directory.add(record);
        return undefined;
      case 'losses':
        this.session.lose(record);
        return undefined;
      case 'probe_exit':
        this.session.probeExit(record);
        return undefined;
      case 'end':
        this.session.ended = true;
        return undefined;
      case 'tick':
        return undefined;
      default:
        return this.sockets.learn(record);
    }
  }

  /** In the order of docs/attribution.md. Nothing is guessed: what is ambiguous is no match. */
  find(query: ConnectionQuery): Finding {
    if (this.session.best === 'none') return this.#off(query);
    if (!this.session.hasEndpoint(query.endpoint)) return none(REASONS.otherEndpoint, true);
    const found = this.sockets.find(query);
    if (found === 'ambiguous') return this.#lookedUp(query, REASONS.ambiguous, undefined);
    if (found === undefined) {
      return this.#lookedUp(query, this.session.whyUnknown(query.connectionTime, this.#losses), undefined);
    }
    return this.#ofSocket(found, query);
  }

  isOlder(socket: Socket): boolean {
    return this.session.isOlder(socket, this.#losses);
  }

  /** The same for a socket of which the capture has no packet. */
  findOwner(socket: Socket, query: ConnectionQuery): Finding {
    if (this.session.best === 'none') return { ...none(REASONS.off, true), socket };
    // Of a connect that sent nothing, the very record names the process: there is nothing to join.
    const isGiven = socket.streamed || socket.neverSent;
    const match = isGiven ? 'cookie' : socket.isn === undefined ? 'tuple' : 'isn';
    return this.#ofSocket({ socket, match, certain: true }, query);
  }

  /** Nobody is named, but the kernel's counts of a socket are proof as ever. */
  #off(query: ConnectionQuery): Finding {
    const found = this.session.hasEndpoint(query.endpoint) ? this.sockets.find(query) : undefined;
    const socket = found === undefined || found === 'ambiguous' ? undefined : found.socket;
    const mayCome = this.session.header.views.includes('sockets') && !this.session.ended;
    return { ...none(REASONS.off, socket !== undefined || !mayCome), socket };
  }

  #ofSocket({ socket, match, certain }: SocketMatch, query: ConnectionQuery): Finding {
    const reference = socket.process;
    if (reference === undefined) {
      return this.#lookedUp(query, this.session.whyNoProcess(this.isOlder(socket), this.#losses), socket);
    }
    const process = this.processes.get(reference, this.session.bootTime);
    if (process !== undefined) {
      const final = this.session.ended || (certain && RANK[match] <= RANK[this.session.best]);
      return { attribution: { source: 'ebpf', match }, process, socket, final };
    }
    return {
      attribution: {
        source: 'ebpf',
        match,
        reason: this.session.whyNoProcess(false, this.#losses),
      },
      process: { pid: reference.pid, start: reference.start, ancestors: [] },
      socket,
      final: this.session.ended,
    };
  }

  #lookedUp(query: ConnectionQuery, reason: Reason, socket: Socket | undefined): Finding {
    const answer = this.lookups.find(query);
    const { ended, hasProbeEnded } = this.session;
    const lastResort = ended || hasProbeEnded || this.session.best === 'procfs';
    if (answer?.process !== undefined) {
      const process = this.processes.get(answer.process, this.session.bootTime);
      const { pid, start } = answer.process;
      return {
        attribution: {
          source: 'procfs',
          match: 'procfs',
          reason: process === undefined ? REASONS.processMissing : this.session.whyLookedUp,
        },
        process: process ?? { pid, start, ancestors: [] },
        socket,
        final: ended || (lastResort && process !== undefined),
      };
    }
    const failure = answer?.failed === undefined ? undefined : LOOKUP_REASONS[answer.failed];
    // Of a socket that is older, its age is the reason; of others, that nobody was found in the end.
    const isOlder = socket !== undefined && reason === REASONS.olderSocket;
    const why = isOlder || failure === undefined ? reason : failure;
    // Of others, another address may be the socket's.
    return { ...none(why, ended || (lastResort && answer?.failed === 'ended')), socket };
  }
}

function none(reason: Reason, final: boolean): Finding {
  return { attribution: { source: 'none', match: 'none', reason }, final };
}
