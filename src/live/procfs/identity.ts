import type { AncestorReference, ProcessRecord } from '../../bpf/records.ts';
import { parseCgroup } from './cgroup.ts';
import { inodeOf, readBytes, readLink, readText } from './files.ts';
import { parseStat, type Stat } from './stat.ts';
import { parseStatus } from './status.ts';
import { textOf } from './text.ts';

/** As the probe has it. */
const MAX_ARGS_BYTES = 4096;
const MAX_ANCESTORS = 32;
const MAX_PATH = 4096;
const MAX_NAME = 256;
/** Where the file has another name by now, or none. */
const DELETED = Buffer.from(' (deleted)');

/** What is read of any process, also of an ancestor. */
export type Program = Pick<
  ProcessRecord,
  'name' | 'executable' | 'args' | 'args_truncated' | 'user_id' | 'group_id'
>;
/** What is read only of a process that connects. */
export type Surroundings = Pick<
  ProcessRecord,
  'login_user_id' | 'cgroup_path' | 'container_id' | 'unit' | 'netns' | 'mntns' | 'chroot' | 'namespace_pid'
>;

export interface Link {
  pid: number;
  stat: Stat;
}

export function readStat(proc: string, pid: number): Stat | undefined {
  return parseStat(readText(`${proc}/${pid}/stat`, 4096));
}

/** What is absent could not be read: the process may end between two files. */
export function readProgram(proc: string, pid: number, stat: Stat): Program {
  const folder = `${proc}/${pid}`;
  const args = readBytes(`${folder}/cmdline`, MAX_ARGS_BYTES + 1);
  const program: Program = { name: nameOf(stat) };
  if (typeof args !== 'string' && args.length > 0) {
    program.args = argumentsOf(args.subarray(0, MAX_ARGS_BYTES));
    if (args.length > MAX_ARGS_BYTES) program.args_truncated = true;
  }
  const executable = readLink(`${folder}/exe`);
  // A file of a mount that is gone has no path.
  if (executable?.[0] === 0x2f) program.executable = textOf(withoutDeleted(executable), MAX_PATH);
  const { user, group } = parseStatus(readText(`${folder}/status`));
  if (user !== undefined) program.user_id = user;
  if (group !== undefined) program.group_id = group;
  return program;
}

export function readSurroundings(proc: string, pid: number): Surroundings {
  const folder = `${proc}/${pid}`;
  const surroundings: Surroundings = {};
  const { path, container, unit } = parseCgroup(readText(`${folder}/cgroup`));
  if (path !== undefined) surroundings.cgroup_path = textOf(Buffer.from(path, 'latin1'), MAX_PATH);
  if (container !== undefined) surroundings.container_id = container;
  if (unit !== undefined) surroundings.unit = textOf(Buffer.from(unit, 'latin1'), MAX_NAME);
  const login = readText(`${folder}/loginuid`, 16);
  if (/^\d+$/.test(login)) surroundings.login_user_id = Number(login);
  const netns = inodeOf(`${folder}/ns/net`, 'net');
  if (netns !== undefined) surroundings.netns = netns;
  const mntns = inodeOf(`${folder}/ns/mnt`, 'mnt');
  if (mntns !== undefined) surroundings.mntns = mntns;
  const root = readLink(`${folder}/root`);
  if (root !== undefined && root.toString('latin1') !== '/') surroundings.chroot = true;
  const { namespacePid } = parseStatus(readText(`${folder}/status`));
  if (namespacePid !== undefined) surroundings.namespace_pid = namespacePid;
  return surroundings;
}

/** The parents as they are now, nearest first. One that began after its child has only got a dead one's pid. */
export function readAncestors(proc: string, of: Stat): Link[] {
  const links: Link[] = [];
  let child = of;
  while (child.parent > 0 && links.length < MAX_ANCESTORS) {
    const pid = child.parent;
    const stat = readStat(proc, pid);
    if (stat === undefined || BigInt(stat.start) > BigInt(child.start)) break;
    links.push({ pid, stat });
    child = stat;
  }
  return links;
}

export function nameOf(stat: Stat): string {
  return textOf(Buffer.from(stat.name, 'latin1'), MAX_NAME);
}

export type Reference = AncestorReference & { exec: number };

function argumentsOf(bytes: Buffer): string[] {
  const args: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(0, at);
    args.push(textOf(bytes.subarray(at, end < 0 ? undefined : end)));
    at = end < 0 ? bytes.length : end + 1;
  }
  return args;
}

function withoutDeleted(path: Buffer): Buffer {
  const end = path.length - DELETED.length;
  return end > 0 && path.subarray(end).equals(DELETED) ? path.subarray(0, end) : path;
}
