import type { Counters, Host } from '../model.ts';
import { maskText } from '../secrets.ts';
import { COUNTERS_REFUSED, type LossNames } from './loss-names.ts';
import { REASONS, type Reason } from './reasons.ts';
import type { AddressField, LossesRecord, ProbeExitRecord, SessionRecord } from './records.ts';
import type { Socket } from './socket.ts';

/** Counters with this prefix are events of sockets or processes. */
const EVENTS = 'events.';
/** Counts how often others went on without the probe, which was late; its record's time is until when it was. */
export const PROBE_LATE = 'probe.late';
/** What the probe had not written when it died is lost: events of up to so long before. */
const UNWRITTEN_NS = 1_000_000_000n;

/** What the records tell of the recording as a whole. */
export class Session {
  readonly header: SessionRecord;
  readonly host: Host | undefined;
  readonly bootTime: bigint | undefined;
  /** When it began to watch. */
  readonly began: bigint;
  readonly #names: LossNames;
  readonly #losses = new Map<string, number>();
  #probeEnded: bigint | undefined;
  #eventsLost = false;
  #lateUntil = 0n;
  /** Nothing more is to be waited for. */
  ended = false;

  constructor(header: SessionRecord, names: LossNames) {
    this.header = header;
    this.#names = names;
    this.began = BigInt(header.time);
    this.bootTime = header.boot_time === undefined ? undefined : BigInt(header.boot_time);
    this.host = hostOf(header);
  }

  /** The best match that the session can make of a call: one that is as good need not wait. */
  get best(): 'cookie' | 'isn' | 'procfs' | 'none' {
    const { attribution, views } = this.header;
    if (attribution === 'off') return 'none';
    if (attribution === 'procfs') return 'procfs';
    return views.includes('sockets') ? 'cookie' : 'isn';
  }

  get losses(): Iterable<[string, number]> {
    return this.#losses;
  }

  /** Counters only grow: the largest is the latest, also where a file's beginning repeats it. */
  lose(record: LossesRecord): void {
    for (const [name, text] of Object.entries(record.counters)) {
      const count = Math.min(Number(text), Number.MAX_SAFE_INTEGER);
      if (count > 0 && name.startsWith(EVENTS)) this.#eventsLost = true;
      // A file's beginning repeats the counter with a later time.
      if (name === PROBE_LATE && count > (this.#losses.get(name) ?? 0)) this.#late(record.time);
      if (this.#names.admit(name)) this.#losses.set(name, Math.max(count, this.#losses.get(name) ?? 0));
      else this.#losses.set(COUNTERS_REFUSED, (this.#losses.get(COUNTERS_REFUSED) ?? 0) + 1);
    }
  }

  probeExit(record: ProbeExitRecord): void {
    this.#probeEnded ??= BigInt(record.time);
  }

  /** Events of sockets or processes, by the probe. */
  get hasLostEvents(): boolean {
    return this.#eventsLost;
  }

  get hasProbeEnded(): boolean {
    return this.#probeEnded !== undefined;
  }

  /** Why a process was looked up although the session had the probe. */
  get whyLookedUp(): Reason | undefined {
    return this.hasProbeEnded ? REASONS.probeEnded : undefined;
  }

  hasEndpoint(endpoint: AddressField): boolean {
    return this.header.endpoints.some(
      ({ address, port }) => address === endpoint.address && port === endpoint.port,
    );
  }

  /** Why no socket is known of a connection. `ownLosses` are those of the attribution itself. */
  whyUnknown(connectionTime: bigint, ownLosses: Counters): Reason {
    if (connectionTime < this.began) return REASONS.olderSocket;
    if (this.header.attribution === 'procfs') return REASONS.noAnswer;
    const ended = this.#probeEnded;
    if (ended !== undefined && ended <= connectionTime) return REASONS.probeEnded;
    if (this.#haveEventsBeenLost(ownLosses)) return REASONS.eventsLost;
    if (ended !== undefined && ended - UNWRITTEN_NS <= connectionTime) return REASONS.probeEnded;
    if (connectionTime <= this.#lateUntil) return REASONS.probeLate;
    return this.header.scope === 'container' ? REASONS.outOfScope : REASONS.notOfThisHost;
  }

  /**
   * The socket was open before the session, so that its counts began without us. One whose beginning may be among
   * the events that were lost may be older or not.
   */
  isOlder({ inherited, lacksBeginning }: Socket, ownLosses: Counters): boolean {
    return inherited || (lacksBeginning && !this.#haveEventsBeenLost(ownLosses));
  }

  /** Why a socket's process is not known. */
  whyNoProcess(isOlder: boolean, ownLosses: Counters): Reason {
    if (isOlder) return REASONS.olderSocket;
    return this.#haveEventsBeenLost(ownLosses) ? REASONS.eventsLost : REASONS.processMissing;
  }

  #late(until: string): void {
    const time = BigInt(until);
    if (time > this.#lateUntil) this.#lateUntil = time;
  }

  #haveEventsBeenLost(ownLosses: Counters): boolean {
    return (
      this.#eventsLost ||
      (ownLosses['attribution.sockets_evicted'] ?? 0) + (ownLosses['attribution.processes_evicted'] ?? 0) > 0
    );
  }
}

/** What a session record says of its host, without secrets: it may come from anywhere. */
export function hostOf({ host, boot_id }: SessionRecord): Host | undefined {
  const known: Host = {};
  if (host?.id !== undefined) known.id = maskText(host.id);
  if (host?.name !== undefined) known.name = maskText(host.name);
  if (boot_id !== undefined) known.bootId = maskText(boot_id);
  return Object.keys(known).length === 0 ? undefined : known;
}
