/**
 * How pcapng tells of which network namespace's sockets the packets of an interface are: in its description
 * (if_description), which people see in Wireshark too. Addresses alone do not tell: containers of different
 * namespaces often have the same.
 */
const DESCRIPTION = /^network namespace (\d{1,10})$/;
const MAX_INODE = 0xffff_ffff;

/** Bytes of a description that are looked at. */
export const MAX_DESCRIPTION = 32;

/** @param netns inode of the namespace, an unsigned 32-bit number */
export function netnsDescription(netns: number): string {
  return `network namespace ${netns}`;
}

/** The inode; undefined where a description says something else. */
export function netnsIn(description: string): number | undefined {
  const inode = Number(DESCRIPTION.exec(description)?.[1] ?? 0);
  return inode > 0 && inode <= MAX_INODE ? inode : undefined;
}
