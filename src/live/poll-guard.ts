import { compiledFile } from './compiled-file.ts';

/** What the add-on poll-guard.node gives: what the kernel knows of packet sockets, and cap does not ask for. */
export interface PollGuard {
  /** Takes the packet socket that was opened last. Gives its number, or -1 where there is none. */
  guard(): number;
  /** Of the socket with that number: 1 while its interface is up, 0 while it is down, -1 once it has none any more. */
  stateOf(number: number): number;
  /** Packets for which there was no room since the last call; -1 where the kernel does not say. */
  dropsOf(number: number): number;
}

/**
 * Keeps cap 0.2.1 from aborting the process when an interface that it captures from goes down or is removed. Where
 * there is no add-on for this machine, that is what happens.
 *
 * @param root folder of package.json
 */
export function pollGuard(root: string): PollGuard | undefined {
  const addOn = compiledFile(root, 'poll-guard.node');
  if (addOn === undefined) return undefined;
  const module: { exports: object } = { exports: {} };
  try {
    process.dlopen(module, addOn);
  } catch {
    // Of another system, say: captures go on without it.
    return undefined;
  }
  return isPollGuard(module.exports) ? module.exports : undefined;
}

function isPollGuard(exports: object): exports is PollGuard {
  return 'guard' in exports && 'stateOf' in exports && 'dropsOf' in exports;
}
