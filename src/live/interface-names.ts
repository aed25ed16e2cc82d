import { readFileSync } from 'node:fs';

const NAMED = 10;

/**
 * The interfaces of this network namespace in a line: `any, eth0, lo`. Empty where that cannot be found out.
 *
 * @param table /proc/net/dev (proc_pid_net(5)): two lines of headings, then `name: counters`
 */
export function interfacesText(table = readTable()): string {
  const names = table
    .split('\n')
    .slice(2)
    .map((line) => line.slice(0, Math.max(0, line.lastIndexOf(':'))).trim())
    .filter(Boolean)
    .sort();
  if (names.length === 0) return '';
  const more = names.length - NAMED;
  return ['any', ...names.slice(0, NAMED)].join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function readTable(): string {
  try {
    return readFileSync('/proc/self/net/dev', 'latin1');
  } catch {
    return '';
  }
}
