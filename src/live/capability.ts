import { readFileSync } from 'node:fs';

/** To open sockets that see all packets (capabilities(7)). */
export const NET_RAW = 13n;

const EFFECTIVE = /^CapEff:\s*([\da-f]{1,16})$/im;

/** Whether this process has the capability, by its number; undefined where /proc does not say. */
export function hasCapability(number: bigint, status = ownStatus()): boolean | undefined {
  const mask = EFFECTIVE.exec(status)?.[1];
  return mask === undefined ? undefined : ((BigInt(`0x${mask}`) >> number) & 1n) === 1n;
}

function ownStatus(): string {
  try {
    return readFileSync('/proc/self/status', 'latin1');
  } catch {
    return '';
  }
}
