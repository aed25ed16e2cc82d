import {
  boolean,
  type Check,
  counters,
  INVALID,
  integer,
  listOf,
  matching,
  oneOf,
  optional,
  required,
  type Shape,
  shaped,
  socketAddress,
  text,
  unsigned32,
  unsigned64,
} from './checks.ts';
import { decodeJsonText } from './json-text.ts';
import type * as R from './records.ts';
import { MAX_RECORD_BYTES } from './records.ts';

/** One record, or why the bytes are none. A type that is not known is not an error: it is newer. */
export type ParsedRecord =
  | { record: R.JournalRecord }
  | { unknownType: true }
  | { tooLong: true }
  | { invalid: string };

/** Linux' PID_MAX_LIMIT on 64 bits. */
const pid = integer(0, 4_194_304);
const name = text(256);
const path = text(4096);
const label = text(256, 1);

const REFERENCE: Shape<R.ProcessReference> = {
  pid: required(pid),
  start: required(unsigned64),
  exec: optional(unsigned32),
};
const reference = shaped(REFERENCE);

const POSITION = { after_packet: optional(integer(0, Number.MAX_SAFE_INTEGER)) };

const SOCKET = {
  ...POSITION,
  time: required(unsigned64),
  cookie: required(unsigned64),
  local: optional(socketAddress),
  remote: optional(socketAddress),
  isn: optional(unsigned32),
  server_isn: optional(unsigned32),
  process: optional(reference),
  tid: optional(pid),
  netns: optional(unsigned32),
};

const SESSION: Shape<R.SessionRecord> = {
  ...POSITION,
  type: required(oneOf('session')),
  format: required(integer(1, 65_535)),
  session: required(matching(/^[A-Za-z0-9._-]{1,64}$/)),
  time: required(unsigned64),
  part: required(integer(1, 0x7fffffff)),
  host: optional(shaped({ id: optional(label), name: optional(label) })),
  boot_id: optional(label),
  boot_time: optional(unsigned64),
  kernel: optional(label),
  endpoints: required(listOf(socketAddress, 64)),
  views: required(listOf(oneOf('sockets', 'wire'), 2)),
  interfaces: optional(listOf(text(64, 1), 256)),
  attribution: required(oneOf('ebpf', 'procfs', 'off')),
  scope: optional(oneOf('host', 'container')),
  versions: optional(
    shaped({
      imds: optional(label),
      probe: optional(label),
      libpcap: optional(label),
      node: optional(label),
    }),
  ),
};

const PROCESS: Shape<R.ProcessRecord> = {
  ...POSITION,
  ...REFERENCE,
  type: required(oneOf('process')),
  time: optional(unsigned64),
  name: optional(name),
  executable: optional(path),
  args: optional(listOf(text(131_072), 8192)),
  args_truncated: optional(boolean),
  user_id: optional(unsigned32),
  user_name: optional(name),
  group_id: optional(unsigned32),
  login_user_id: optional(unsigned32),
  cgroup_id: optional(unsigned64),
  cgroup_path: optional(path),
  container_id: optional(label),
  unit: optional(label),
  netns: optional(unsigned32),
  mntns: optional(unsigned32),
  chroot: optional(boolean),
  namespace_pid: optional(pid),
  ancestors: required(listOf(shaped<R.AncestorReference>({ ...REFERENCE, name: optional(name) }), 64)),
};

const OPENED: Shape<R.SocketOpenedRecord> = { ...SOCKET, type: required(oneOf('socket_opened')) };
const ESTABLISHED: Shape<R.SocketEstablishedRecord> = {
  ...SOCKET,
  type: required(oneOf('socket_established')),
};
const INHERITED: Shape<R.SocketInheritedRecord> = { ...SOCKET, type: required(oneOf('socket_inherited')) };
const CLOSED: Shape<R.SocketClosedRecord> = {
  ...SOCKET,
  type: required(oneOf('socket_closed')),
  sent: optional(unsigned64),
  received: optional(unsigned64),
  failed: optional(boolean),
  errno: optional(integer(0, 4095)),
};

const STREAM: Shape<R.StreamRecord> = {
  ...POSITION,
  type: required(oneOf('stream')),
  time: required(unsigned64),
  cookie: required(unsigned64),
  local: required(socketAddress),
  remote: required(socketAddress),
  isn: optional(unsigned32),
  netns: optional(unsigned32),
};

const PROCFS: Shape<R.ProcfsRecord> = {
  ...POSITION,
  type: required(oneOf('procfs')),
  time: required(unsigned64),
  local: required(socketAddress),
  remote: required(socketAddress),
  isn: optional(unsigned32),
  netns: optional(unsigned32),
  process: optional(reference),
  failed: optional(oneOf('gone', 'not-found', 'denied', 'overloaded', 'ended')),
};

const PROGRAM: Shape<R.ProgramRecord> = {
  ...POSITION,
  type: required(oneOf('program')),
  time: required(unsigned64),
  path: required(text(4096, 1)),
  mntns: optional(unsigned32),
  package: required(label),
  version: optional(label),
  manager: required(oneOf('dpkg', 'rpm')),
};

const CONTAINER: Shape<R.ContainerRecord> = {
  ...POSITION,
  type: required(oneOf('container')),
  time: required(unsigned64),
  container_id: required(label),
  name: optional(label),
  image: optional(text(1024, 1)),
  runtime: optional(oneOf('docker', 'containerd', 'cri-o', 'podman')),
  orchestrator: optional(oneOf('kubernetes', 'ecs')),
  pod: optional(label),
  namespace: optional(label),
  pod_id: optional(label),
  task: optional(text(1024, 1)),
  init_pid: optional(pid),
};

const UNIT: Shape<R.UnitRecord> = {
  ...POSITION,
  type: required(oneOf('unit')),
  time: required(unsigned64),
  unit: required(label),
  user_manager: optional(boolean),
  timer: required(label),
};

const USER: Shape<R.UserRecord> = {
  ...POSITION,
  type: required(oneOf('user')),
  time: required(unsigned64),
  user_id: required(unsigned32),
  name: required(label),
};

const LOSSES: Shape<R.LossesRecord> = {
  ...POSITION,
  type: required(oneOf('losses')),
  time: required(unsigned64),
  counters: required(counters(256)),
};

const PROBE_EXIT: Shape<R.ProbeExitRecord> = {
  ...POSITION,
  type: required(oneOf('probe_exit')),
  time: required(unsigned64),
  code: optional(integer(0, 255)),
  signal: optional(text(16, 1)),
  message: optional(text(1024)),
};

const TICK: Shape<R.TickRecord> = {
  ...POSITION,
  type: required(oneOf('tick')),
  time: required(unsigned64),
};

const END: Shape<R.EndRecord> = {
  ...POSITION,
  type: required(oneOf('end')),
  time: required(unsigned64),
  reason: optional(text(256)),
};

/** The field that the check under way refused; one parse at a time, so one is enough. */
let refused = '';
const check = <T extends R.JournalRecord>(shape: Shape<T>): Check<T> =>
  shaped(shape, (field) => {
    refused = field;
  });

/** A look-up has found a process or has failed: not both, not neither. */
const lookup = check(PROCFS);
const procfs: Check<R.ProcfsRecord> = (value) => {
  const record = lookup(value);
  if (record === INVALID) return INVALID;
  if ((record.process === undefined) !== (record.failed === undefined)) return record;
  refused = 'process';
  return INVALID;
};

const CHECKS = new Map<unknown, Check<R.JournalRecord>>([
  ['session', check(SESSION)],
  ['process', check(PROCESS)],
  ['socket_opened', check(OPENED)],
  ['socket_established', check(ESTABLISHED)],
  ['socket_inherited', check(INHERITED)],
  ['socket_closed', check(CLOSED)],
  ['stream', check(STREAM)],
  ['procfs', procfs],
  ['program', check(PROGRAM)],
  ['container', check(CONTAINER)],
  ['unit', check(UNIT)],
  ['user', check(USER)],
  ['losses', check(LOSSES)],
  ['probe_exit', check(PROBE_EXIT)],
  ['tick', check(TICK)],
  ['end', check(END)],
]);

/**
 * Reads the JSON of one record. Whoever can write to a capture's folder or hand over a capture
 * chooses these bytes, so everything is checked, bounded and copied; fields that are not known are
 * left out.
 */
export function parseRecord(json: Uint8Array): ParsedRecord {
  if (json.length > MAX_RECORD_BYTES) return { tooLong: true };
  let value: unknown;
  try {
    value = JSON.parse(decodeJsonText(json));
  } catch {
    return { invalid: 'not JSON' };
  }
  return checkRecord(value);
}

/** The same for JSON that has been parsed. */
export function checkRecord(value: unknown): ParsedRecord {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { invalid: 'not a JSON object' };
  }
  const type = (value as { type?: unknown }).type;
  if (typeof type !== 'string') return { invalid: 'no `type`' };
  const checkType = CHECKS.get(type);
  if (checkType === undefined) return { unknownType: true };
  const record = checkType(value);
  return record === INVALID ? { invalid: `\`${refused}\` of a ${type} record` } : { record };
}
