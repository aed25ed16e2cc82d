/**
 * The records of the journal, in the form in which they are written (schemas/record.schema.json,
 * docs/records.md): what {@link parseRecord} returns has been checked, and `JSON.stringify` writes it.
 */

/** Version of the format that is read and written here. Fields and types may be added within it. */
export const RECORD_FORMAT = 1;

/** Longest record, as UTF-8 JSON. */
export const MAX_RECORD_BYTES = 262_144;

/** An unsigned 64-bit number in decimal: JSON's numbers are exact to 2^53 only. */
export type Unsigned64 = string;

/** Nanoseconds since the Unix epoch, in decimal. */
export type Timestamp = string;

export interface AddressField {
  address: string;
  port: number;
}

/**
 * A process is (pid, start): a bare pid is reused. `exec` tells its program images apart: it grows
 * with each execve; without it, the image recorded last is meant.
 */
export interface ProcessReference {
  pid: number;
  /** Nanoseconds since boot (task_struct's start_boottime). */
  start: Unsigned64;
  exec?: number | undefined;
}

export interface AncestorReference extends ProcessReference {
  name?: string | undefined;
}

interface Positioned {
  /** Only in a sidecar of classic pcap: the number of packets of the capture before this record. */
  after_packet?: number | undefined;
}

export type View = 'sockets' | 'wire';

/** First record of every file. Files with the same session are parts of one recording. */
export interface SessionRecord extends Positioned {
  type: 'session';
  format: number;
  session: string;
  time: Timestamp;
  /** 1 for the first file of the session, counted up with each rotation. */
  part: number;
  host?: { id?: string | undefined; name?: string | undefined } | undefined;
  boot_id?: string | undefined;
  /** Time of boot, so that a process' start becomes wall-clock time. */
  boot_time?: Timestamp | undefined;
  kernel?: string | undefined;
  endpoints: AddressField[];
  views: View[];
  interfaces?: string[] | undefined;
  /** How processes are found: by the probe, by look-ups in /proc, or not at all. */
  attribution: 'ebpf' | 'procfs' | 'off';
  /** Whose sockets the probe sees: the host's, or those of one container. */
  scope?: 'host' | 'container' | undefined;
  versions?:
    | {
        imds?: string | undefined;
        probe?: string | undefined;
        libpcap?: string | undefined;
        node?: string | undefined;
      }
    | undefined;
}

/** Written once, before the records that refer to it; its ancestors' own records come before it. */
export interface ProcessRecord extends Positioned, ProcessReference {
  type: 'process';
  time?: Timestamp | undefined;
  name?: string | undefined;
  executable?: string | undefined;
  /** Bytes that are not UTF-8 stand as `\xNN`. */
  args?: string[] | undefined;
  args_truncated?: boolean | undefined;
  user_id?: number | undefined;
  user_name?: string | undefined;
  group_id?: number | undefined;
  login_user_id?: number | undefined;
  cgroup_id?: Unsigned64 | undefined;
  cgroup_path?: string | undefined;
  container_id?: string | undefined;
  unit?: string | undefined;
  /** Inode of its network namespace. */
  netns?: number | undefined;
  /** Inode of its mount namespace: what a path of it means. */
  mntns?: number | undefined;
  /** Its root is another one than that of its mount namespace, so its paths are of neither. */
  chroot?: boolean | undefined;
  /** Its pid in its own pid namespace. */
  namespace_pid?: number | undefined;
  /** Nearest first, up to pid 1. */
  ancestors: AncestorReference[];
}

/** What is known of a socket at an event; records of one cookie complete each other. */
interface SocketFields extends Positioned {
  time: Timestamp;
  /** The kernel's socket cookie, unique from boot to boot. */
  cookie: Unsigned64;
  /** The client's end, as the socket has it (before any NAT). */
  local?: AddressField | undefined;
  remote?: AddressField | undefined;
  /** Initial sequence number of the client, and of the endpoint. */
  isn?: number | undefined;
  server_isn?: number | undefined;
  process?: ProcessReference | undefined;
  /** The thread that connected. */
  tid?: number | undefined;
  netns?: number | undefined;
}

export interface SocketOpenedRecord extends SocketFields {
  type: 'socket_opened';
}

export interface SocketEstablishedRecord extends SocketFields {
  type: 'socket_established';
}

/** A socket that was open before the session began; its byte counts prove nothing. */
export interface SocketInheritedRecord extends SocketFields {
  type: 'socket_inherited';
}

export interface SocketClosedRecord extends SocketFields {
  type: 'socket_closed';
  /** Payload bytes: the kernel's bytes_sent − bytes_retrans, and bytes_received. */
  sent?: Unsigned64 | undefined;
  received?: Unsigned64 | undefined;
  /** The connect failed; with its errno where known. */
  failed?: boolean | undefined;
  errno?: number | undefined;
}

/** From here on, the packets with these addresses (and this ISN) are of the socket with this cookie. */
export interface StreamRecord extends Positioned {
  type: 'stream';
  time: Timestamp;
  cookie: Unsigned64;
  local: AddressField;
  remote: AddressField;
  isn?: number | undefined;
  netns?: number | undefined;
}

export type ProcfsFailure = 'gone' | 'not-found' | 'denied' | 'overloaded' | 'ended';

/** Answer of a look-up in /proc: a process, or why there is none. */
export interface ProcfsRecord extends Positioned {
  type: 'procfs';
  time: Timestamp;
  local: AddressField;
  remote: AddressField;
  isn?: number | undefined;
  netns?: number | undefined;
  process?: ProcessReference | undefined;
  failed?: ProcfsFailure | undefined;
}

export type PackageManager = 'dpkg' | 'rpm';

/** What the host says of a program's file: the package that it belongs to. */
export interface ProgramRecord extends Positioned {
  type: 'program';
  time: Timestamp;
  /** Executable, or script of an interpreter, as a process of that mount namespace sees it. */
  path: string;
  mntns?: number | undefined;
  package: string;
  version?: string | undefined;
  manager: PackageManager;
}

export type ContainerRuntime = 'docker' | 'containerd' | 'cri-o' | 'podman';
export type Orchestrator = 'kubernetes' | 'ecs';

/** What the host's files say of a container. */
export interface ContainerRecord extends Positioned {
  type: 'container';
  time: Timestamp;
  container_id: string;
  name?: string | undefined;
  image?: string | undefined;
  runtime?: ContainerRuntime | undefined;
  orchestrator?: Orchestrator | undefined;
  /** Kubernetes: names of pod and namespace. */
  pod?: string | undefined;
  namespace?: string | undefined;
  pod_id?: string | undefined;
  /** ECS: ARN or id of the task. */
  task?: string | undefined;
  /** Of the entrypoint, as the host counts. */
  init_pid?: number | undefined;
}

/** What triggers a unit. */
export interface UnitRecord extends Positioned {
  type: 'unit';
  time: Timestamp;
  unit: string;
  /** The unit is one of a user's service manager, not of the system's. */
  user_manager?: boolean | undefined;
  timer: string;
}

/** The host's name of a user. */
export interface UserRecord extends Positioned {
  type: 'user';
  time: Timestamp;
  user_id: number;
  name: string;
}

/** What was looked up on the host; written when the answer is known, and again changes nothing. */
export type HostRecord = ProgramRecord | ContainerRecord | UnitRecord | UserRecord;

/** Counters since the session began. Names that begin with `events.` are events of sockets or processes. */
export interface LossesRecord extends Positioned {
  type: 'losses';
  time: Timestamp;
  counters: Record<string, Unsigned64>;
}

export interface ProbeExitRecord extends Positioned {
  type: 'probe_exit';
  time: Timestamp;
  code?: number | undefined;
  signal?: string | undefined;
  message?: string | undefined;
}

/** Time passes. */
export interface TickRecord extends Positioned {
  type: 'tick';
  time: Timestamp;
}

/** The session ended in an orderly way. */
export interface EndRecord extends Positioned {
  type: 'end';
  time: Timestamp;
  reason?: string | undefined;
}

export type SocketRecord =
  | SocketOpenedRecord
  | SocketEstablishedRecord
  | SocketInheritedRecord
  | SocketClosedRecord;

export type JournalRecord =
  | SessionRecord
  | ProcessRecord
  | SocketRecord
  | StreamRecord
  | ProcfsRecord
  | HostRecord
  | LossesRecord
  | ProbeExitRecord
  | TickRecord
  | EndRecord;

export type RecordType = JournalRecord['type'];
