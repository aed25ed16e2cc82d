import { endianness } from 'node:os';
import type { AddressField } from '../../bpf/records.ts';
import { isMapped, parseAddress } from '../../capture/address.ts';

/** A connection as /proc/net/tcp and tcp6 spell it. */
export interface TableKey {
  /** In tcp; undefined for IPv6. */
  v4: string | undefined;
  /** In tcp6, where also IPv4 stands if the program asked for an IPv6 socket. */
  v6: string;
}

export interface TableEntry {
  /** 0 where no process has the socket any more: TIME_WAIT, or closed and not yet done. */
  inode: number;
}

const LITTLE = endianness() === 'LE';
/** Place of the inode among the blank-separated fields after the addresses: st, queues, tr:tm, retrnsmt, uid, timeout, inode. */
const INODE = 6;

export function tableKey(local: AddressField, remote: AddressField): TableKey | undefined {
  const ends = [local, remote].map(({ address, port }) => ({ words: parseAddress(address), port }));
  const hex = (from: number) =>
    ends.map(
      ({ words, port }) => `${[...(words ?? [])].slice(from).map(hexOfWord).join('')}:${hexOfPort(port)}`,
    );
  if (ends.some(({ words }) => words === undefined)) return undefined;
  const mapped = ends.every(({ words }) => words !== undefined && isMapped(words));
  return { v4: mapped ? hex(3).join(' ') : undefined, v6: hex(0).join(' ') };
}

/**
 * The socket with these addresses in the text of a table. It is searched, not parsed: a busy host has
 * ten thousand lines, and the one wanted has to be found while its process lives.
 */
export function findInTable(table: string, key: string): TableEntry | undefined {
  let found: TableEntry | undefined;
  for (let at = table.indexOf(key); at >= 0; at = table.indexOf(key, at + key.length)) {
    const end = table.indexOf('\n', at);
    const fields = table
      .slice(at + key.length, end < 0 ? undefined : end)
      .trimStart()
      .split(/ +/);
    const inode = Number(fields[INODE]);
    if (!Number.isSafeInteger(inode)) continue;
    // A port may be used again while its last connection is in TIME_WAIT.
    if (inode !== 0) return { inode };
    found = { inode };
  }
  return found;
}

/** The kernel prints each word of an address as a number of the machine's own byte order. */
function hexOfWord(word: number): string {
  const hex = (word >>> 0).toString(16).toUpperCase().padStart(8, '0');
  return LITTLE ? (hex.match(/../g) ?? []).reverse().join('') : hex;
}

function hexOfPort(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0');
}
