import type { ProcfsFailure } from './records.ts';

/** Every reason why a call has no process, or only a part of what is to be known of it. */
export const REASONS = {
  noRecords: 'no records',
  otherCapture: 'records of another capture',
  newerFormat: 'records in a newer format',
  off: 'attribution was off',
  otherEndpoint: 'not an endpoint of the session',
  /** The socket is known, its process is not. */
  olderSocket: 'socket older than the session',
  processMissing: 'process not recorded',
  ambiguous: 'several sockets match',
  probeEnded: 'the probe had ended',
  eventsLost: 'events lost',
  probeLate: 'the probe was late',
  outOfScope: 'outside the scope of the session',
  notOfThisHost: "not of this host's sockets",
  noAnswer: 'no look-up was answered',
} as const;

export type Reason = (typeof REASONS)[keyof typeof REASONS] | (typeof LOOKUP_REASONS)[ProcfsFailure];

export const LOOKUP_REASONS = {
  gone: 'ended before the look-up',
  'not-found': 'not found by the look-up',
  denied: 'the look-up was denied',
  overloaded: 'too many look-ups',
  ended: 'the look-ups had ended',
} as const satisfies Record<ProcfsFailure, string>;
