import type { Host } from './attribution.ts';
import type { Nanoseconds } from './base.ts';
import type { ImdsVersion } from './call.ts';

/** What was turned away, cut or lost, by name. A counter that is absent was never counted. */
export type Counters = Record<string, number>;

/** What is known of the completeness of one capture. */
export interface Completeness {
  /** Everything turned away or damaged, by name: `tcp.gap_bytes`, `ip.fragments_expired`, … */
  losses: Counters;
  /** Packets dropped as the capture file itself records (pcapng ISB); absent where it does not. */
  captureDrops?: number | undefined;
  /** TCP connections to an endpoint that were seen. */
  connections: number;
  /** Of those: connections whose kernel counts are in the journal. */
  provableConnections: number;
  /** Payload bytes captured and bytes the kernel counted, of provable connections. */
  capturedBytes: number;
  kernelBytes: number;
  /** Views the session had (`sockets`, `wire`); absent without a session header. */
  views?: readonly string[] | undefined;
  /** Endpoints that the session watched, as `10.0.0.7:8080`; absent for those of EC2. */
  watched?: readonly string[] | undefined;
  /** The sockets of one container alone were watched, in whose cgroup namespace the probe ran; absent for the host's. */
  scope?: 'container' | undefined;
  /** Look-ups in /proc that the journal has answers of, and those of them that found a process. */
  lookups: { made: number; found: number };
}

/** From when until when somebody watched. */
export interface Watch {
  from: Nanoseconds;
  to: Nanoseconds;
  /** When the host was booted, where that is known. */
  bootTime?: Nanoseconds | undefined;
}

/** What a live session says of itself: how long it watched, and what it can prove. */
export interface SessionProof extends Watch {
  session: string;
  host?: Host | undefined;
  /** It came to its end; else it goes on, or was killed. */
  ended: boolean;
  /** Calls that it told, by version. */
  calls: Readonly<Record<ImdsVersion | 'attempt', number>>;
  /** Calls that it could not write to its log. */
  unwritten: number;
  completeness: Completeness;
}

/** A problem of an input that did not end the run: shown on stderr, and in the report. */
export interface Problem {
  code: string;
  message: string;
  remedy?: string | undefined;
  /** Damage makes the exit code 4; a note does not. */
  damage: boolean;
}

/** Code of the problem that a capture was not read to its end, because a signal ended the run. */
export const INTERRUPTED = 'capture.interrupted';

/** A line of saved events of which only the beginning is there; when the call was, or the session, that it told of. */
export interface CutLine {
  from: Nanoseconds | undefined;
  to: Nanoseconds | undefined;
}

/** One capture (a file, or the files of a session or ring), as read. */
export interface CaptureSummary {
  name: string;
  files: readonly string[];
  host?: Host | undefined;
  /** Of a file of saved events that is of several hosts, and of an inventory: those that are kept of it. */
  hosts?: readonly Host[] | undefined;
  session?: string | undefined;
  /** Of a file of saved events: the sessions that they are of, as far as they are kept. */
  sessionIds?: readonly string[] | undefined;
  packets: number;
  bytes: number;
  /** Events in it, each counted once; absent for a capture of packets. */
  events?: number | undefined;
  /** Events that were counted before, in this file or another one. */
  repeatedEvents?: number | undefined;
  /** Callers in it, where it has neither packets nor events: an inventory. */
  callers?: number | undefined;
  /** Capture times of the first and of the latest packet. */
  firstTime?: Nanoseconds | undefined;
  lastTime?: Nanoseconds | undefined;
  /** When it was recorded, as the session says: its packets begin later and end earlier. */
  watch?: Watch | undefined;
  /** Sessions that saved events tell of, each as it last stood. */
  sessions?: readonly SessionProof[] | undefined;
  /** A JSON report tells of it: its calls are counted there, and stand elsewhere. */
  ofReport?: boolean | undefined;
  /** What made a JSON report of it leave calls out, such as options: they may speak against its hosts. */
  leavesOut?: readonly string[] | undefined;
  /** Of a file of saved events: all that it has, or what stands for them; undefined where their times are not known. */
  cutLines?: readonly CutLine[] | undefined;
  completeness: Completeness;
  /** Endpoints that somebody named to be looked for; absent for those of EC2 and those that its session watched. */
  searched?: readonly string[] | undefined;
  problems: readonly Problem[];
}
