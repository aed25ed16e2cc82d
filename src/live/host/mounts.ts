import { closeSync, openSync, readSync } from 'node:fs';

/** Their data is in the kernel or on a disk of this host: a read ends. */
const SAFE_TYPES: ReadonlySet<string> = new Set([
  'ext2',
  'ext3',
  'ext4',
  'xfs',
  'btrfs',
  'bcachefs',
  'f2fs',
  'zfs',
  'jfs',
  'overlay',
  'aufs',
  'tmpfs',
  'ramfs',
  'rootfs',
  'squashfs',
  'erofs',
  'iso9660',
]);
const MAX_BYTES = 4 * 1024 * 1024;

/** Which mounts may be entered, by mount id (proc_pid_mountinfo(5)). */
export interface MountTypes {
  isSafe(id: string): boolean;
}

/**
 * @param path of a mountinfo file; whoever it is of may change its mounts, so an id that is not in it is not safe
 * @throws where it cannot be read
 */
export function mountTypes(path: string): MountTypes {
  const safe = new Set<string>();
  for (const line of readStart(path).split('\n')) {
    // id, parent, device, root, mount point, options, optional fields, "-", type, source, options
    const [id = '', , , , point] = line.split(' ', 5);
    const type = / - (\S+) /.exec(line)?.[1] ?? '';
    // Where everything is on one that is not listed, as in a virtual machine, the host does not run without it.
    const isOwnRoot = point === '/' && path === OWN;
    if (SAFE_TYPES.has(type) || (isOwnRoot && !NETWORK.test(type))) safe.add(id);
  }
  return { isSafe: (id) => safe.has(id) };
}

const OWN = '/proc/self/mountinfo';
const NETWORK = /^(?:fuse|nfs|cifs|smb|ceph|afs|autofs|proc|sysfs)/;

function readStart(path: string): string {
  const file = openSync(path, 'r');
  try {
    const parts: string[] = [];
    const buffer = Buffer.allocUnsafe(65_536);
    for (let length = 0; length < MAX_BYTES; ) {
      const read = readSync(file, buffer, 0, buffer.length, null);
      if (read === 0) break;
      parts.push(buffer.toString('latin1', 0, read));
      length += read;
    }
    return parts.join('');
  } finally {
    closeSync(file);
  }
}
