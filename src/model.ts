/** Data only: what the parts of imds hand to each other. No behaviour, no imports. */

/** Nanoseconds since the Unix epoch. */
export type Nanoseconds = bigint;

/** An address of the metadata service (or of a stand-in), e.g. 169.254.169.254:80. */
export interface Endpoint {
  /** Canonical text of the address: dotted quad, or RFC 5952 without brackets. */
  address: string;
  port: number;
  family: 4 | 6;
}

export interface SocketAddress {
  /** Empty where it is not known: in a log, which has no addresses, or of a connect that failed before it had one. */
  address: string;
  port: number;
}

export const UNKNOWN_ADDRESS: SocketAddress = { address: '', port: 0 };

/** IMDS version of a call. Absent for an attempt, on which no request was sent. */
export type ImdsVersion = 'v1' | 'v2' | 'foreign' | 'unknown';

export type Operation = 'token' | 'read' | 'attempt';

/** What a path gives away, worst first in {@link PATH_CLASSES}. */
export type PathClass = 'credentials' | 'user-data' | 'identity' | 'keys' | 'token' | 'metadata' | 'other';

/** Worst first: the order in which "worst path class touched" is decided. */
export const PATH_CLASSES: readonly PathClass[] = [
  'credentials',
  'user-data',
  'identity',
  'keys',
  'metadata',
  'other',
  'token',
];

/** Why the version of a call could not be read. */
export type UnknownReason =
  /** Segments are missing from the capture within the request. */
  | 'gap'
  /** The capture's snap length cut the payload; capture with `-s 0`. */
  | 'payload cut by the snap length'
  /** The capture began in the middle of the request. */
  | 'capture began in mid-stream'
  /** Only the endpoint's direction was captured. */
  | 'request not captured'
  /** Bytes that are no HTTP/1 request. */
  | 'not HTTP/1'
  /** The connection or the capture ended within the request's header. */
  | 'request ended early'
  /** A handshake, no payload, and no count of the kernel that says how much was sent. */
  | 'no payload captured'
  /** The kernel counted bytes sent, of which no packet is in the capture. */
  | 'no packet captured'
  /** A limit of imds was reached; see the losses. */
  | 'evicted';

/** One HTTP exchange with the endpoint, or the attempt of one. */
export interface ImdsCall {
  endpoint: Endpoint;
  client: SocketAddress;
  /** The kernel's name of the client's socket, where no address of it is known. */
  cookie?: string | undefined;
  /** Client's initial sequence number (RFC 9293 §3.4.1), when the SYN or SYN-ACK was captured. */
  clientIsn?: number | undefined;
  /** Bytes before the request on its connection: from the ISN, or from the first byte captured. */
  requestOffset: number;
  /** Capture time of the connection's first packet. */
  connectionTime: Nanoseconds;
  /** Capture time of the request's first byte; of the first packet, where no request was seen. */
  time: Nanoseconds;
  /** Capture time of the request's last byte. */
  requestEnd?: Nanoseconds | undefined;
  /** Capture time of the final response's first byte. */
  responseTime?: Nanoseconds | undefined;
  /** 1-based number, within its file, of the packet with the first byte. */
  packetNumber: number;
  version?: ImdsVersion | undefined;
  operation?: Operation | undefined;
  unknownReason?: UnknownReason | undefined;
  /** Evidence that does not decide the version: `foreign-path`, `response-proves-v2`, `not-acknowledged`. */
  hint?: string | undefined;
  method?: string | undefined;
  /** Request target as sent (RFC 9112 §3.2), bytes above 0x7F as latin1. Hostile; may hold secrets. */
  target?: string | undefined;
  /** `1.1`, `1.0`, or `0.9` for a simple request. */
  httpVersion?: string | undefined;
  pathClass?: PathClass | undefined;
  /** User-Agent, latin1. Hostile; may hold secrets. */
  userAgent?: string | undefined;
  /** Lifetime that a request for a token asked for, in seconds; undefined where it is no number. */
  tokenTtl?: number | undefined;
  /** X-Forwarded-For, latin1: the request came through a proxy. Hostile. */
  forwardedFor?: string | undefined;
  /** IP TTL or hop limit of the response's first segment where it reaches the client, as far as copies show. */
  responseTtl?: number | undefined;
  status?: number | undefined;
  /** Names of the interfaces on which the connection was seen, when the capture names them. */
  interfaces?: readonly string[] | undefined;
  /** Inode of the client's network namespace, where packets of its socket tell. */
  netns?: number | undefined;
}

/** (pid, start time) is the identity of a process; a bare pid is reused. */
export interface ProcessId {
  pid: number;
  /** Nanoseconds since boot, decimal: the kernel's start_boottime. */
  start: string;
}

export interface ProcessIdentity extends ProcessId {
  /** Absent where only (pid, start) of an ancestor is known. */
  name?: string | undefined;
  executable?: string | undefined;
  /** Bytes that are not UTF-8 stand as `\xNN`. Hostile; secrets are still in it. */
  args?: readonly string[] | undefined;
  argsTruncated?: boolean | undefined;
  userId?: string | undefined;
  userName?: string | undefined;
  loginUserId?: string | undefined;
  cgroupPath?: string | undefined;
  containerId?: string | undefined;
  /** systemd unit: `nginx.service`. */
  unit?: string | undefined;
  /** Its pid in its own pid namespace: that of a container's entrypoint is 1. */
  namespacePid?: number | undefined;
  /** Inode of its mount namespace: what a path of it means. */
  mountNamespace?: number | undefined;
  /** Its root is not that of its mount namespace: its paths mean something else. */
  isChroot?: boolean | undefined;
}

/** A package of the distribution. */
export interface PackageFacts {
  name: string;
  version?: string | undefined;
  /** `dpkg` or `rpm`. */
  manager?: string | undefined;
}

export interface ContainerFacts {
  name?: string | undefined;
  /** As it was asked for: `docker.io/library/nginx:1.25`. */
  image?: string | undefined;
  /** `docker`, `containerd`, `cri-o`, `podman`, `lxc`, `systemd-nspawn`. */
  runtime?: string | undefined;
  /** `kubernetes` or `ecs`. */
  orchestrator?: string | undefined;
  podName?: string | undefined;
  podNamespace?: string | undefined;
  podId?: string | undefined;
  /** ECS: id or ARN of the task. */
  task?: string | undefined;
  /** pid of its entrypoint on the host. */
  initPid?: number | undefined;
}

/**
 * What was looked up on the host, of all processes of one session. It grows while the journal is read, also
 * after a call was told: a report that is made at the end has what was known by then.
 */
export interface HostDirectory {
  /** Grows with every answer that says something new. */
  readonly revision: number;
  /** By inode of the mount namespace (empty where unknown), a blank and the path. */
  readonly packages: ReadonlyMap<string, PackageFacts>;
  /** By container id. */
  readonly containers: ReadonlyMap<string, ContainerFacts>;
  /** The timer that triggers a unit, by the unit's name; of a user's manager with `user ` before it. */
  readonly timers: ReadonlyMap<string, string>;
  /** Names by uid. */
  readonly users: ReadonlyMap<string, string>;
}

/** What is known of a process by what was looked up on the host, and by where it stands among others. */
export interface ProcessFacts {
  package?: PackageFacts | undefined;
  container?: ContainerFacts | undefined;
  timer?: string | undefined;
  userName?: string | undefined;
  /** What started it, in a few words: `cron`, `timer apt-daily.timer`, `ssh session of deploy`. */
  startedFrom?: string | undefined;
  /** uid of the user who chose the names of its unit and container; undefined where that was the system. */
  namedBy?: string | undefined;
}

export interface Process extends ProcessIdentity {
  /** Start as wall-clock time, when the boot time is known. */
  startTime?: Nanoseconds | undefined;
  /** Its `process.entity_id`, where it was read from saved events, which do not have `start`. */
  entityId?: string | undefined;
  /** Where answers of the host about it stand, or will. */
  directory?: HostDirectory | undefined;
  /** The same where it was read from saved events, which have the answers. */
  facts?: ProcessFacts | undefined;
  /** Nearest first, up to pid 1. */
  ancestors: readonly ProcessIdentity[];
  /**
   * The same object for processes of which nothing differs but pids, ids and start, their own and those of their
   * ancestors: what is made of the rest is made once. Undefined where that is not known.
   */
  alike?: object | undefined;
}

export type AttributionMatch = 'cookie' | 'isn' | 'isn-nat' | 'tuple' | 'procfs' | 'log' | 'none';

/** How the process was found is part of the answer. */
export interface Attribution {
  /** `log`: named in a log that says no more. */
  source: 'ebpf' | 'procfs' | 'log' | 'none';
  match: AttributionMatch;
  /** Why there is no process: `socket older than the session`, `no records`, … */
  reason?: string | undefined;
}

export interface Host {
  id?: string | undefined;
  name?: string | undefined;
  bootId?: string | undefined;
}

export interface AttributedCall {
  call: ImdsCall;
  process?: Process | undefined;
  attribution: Attribution;
  host?: Host | undefined;
  /** Session id of the recording, or the name of the capture when it has none. */
  session: string;
  /** The capture this came from, as the user named it; several files of a ring are one capture. */
  capture: string;
  /** Its `event.id`, where it was read from saved events: what that is made of is not in them. */
  eventId?: string | undefined;
}

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

/** One TCP connection to an endpoint, when it ends, expires, or the capture does. */
export interface ConnectionSummary {
  endpoint: Endpoint;
  /** The client as seen first; other addresses of the same connection (NAT) are in `aliases`. */
  client: SocketAddress;
  aliases: readonly SocketAddress[];
  clientIsn?: number | undefined;
  /** Capture times of its first and last packet. */
  time: Nanoseconds;
  endTime: Nanoseconds;
  /** 1-based number of its first packet. */
  packetNumber: number;
  /** How the handshake went; `mid-stream` where it was before the capture. */
  handshake: 'established' | 'refused' | 'unanswered' | 'mid-stream';
  /** The client's closing sequence number proves that it sent no payload (RFC 9293 §3.4). */
  provenEmpty: boolean;
  /** Payload bytes captured, each counted once, towards the endpoint and from it. */
  requestBytes: number;
  responseBytes: number;
  /** Payload bytes known, from sequence numbers, to be missing from the capture. */
  missingBytes: number;
  /** Calls emitted for it. With none, the pipeline decides between an attempt and `unknown`. */
  calls: number;
  interfaces?: readonly string[] | undefined;
  /** Inode of the client's network namespace, where packets of its socket tell. */
  netns?: number | undefined;
}
