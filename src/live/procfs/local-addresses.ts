import { formatAddress, parseAddress } from '../../capture/address.ts';
import { readText } from './files.ts';

/** Of /proc/PID/net/fib_trie: an address of this machine, as a leaf. */
const LOCAL = /\|-- ([\d.]{7,15})\n\s+\/32 host LOCAL/g;
const HEXADECIMAL = /^([\da-f]{32}) /gim;

/** Addresses that interfaces of the process' network namespace have, in canonical text. @param folder `/proc/PID` */
export function localAddresses(folder: string): ReadonlySet<string> {
  const v4 = [...readText(`${folder}/net/fib_trie`).matchAll(LOCAL)].map(([, address = '']) => address);
  const v6 = [...readText(`${folder}/net/if_inet6`).matchAll(HEXADECIMAL)].map(([, digits = '']) =>
    digits.replace(/.{4}(?=.)/g, '$&:'),
  );
  return new Set([...v4, ...v6].flatMap((text) => canonical(text) ?? []));
}

export function canonical(text: string): string | undefined {
  const [w0, w1, w2, w3] = parseAddress(text) ?? [];
  const isWhole = w0 !== undefined && w1 !== undefined && w2 !== undefined && w3 !== undefined;
  return isWhole ? formatAddress(w0, w1, w2, w3) : undefined;
}
