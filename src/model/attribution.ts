import type { ImdsCall } from './call.ts';
import type { Process } from './process.ts';

export type AttributionMatch = 'cookie' | 'isn' | 'isn-nat' | 'tuple' | 'procfs' | 'log' | 'none';

/** How the process was found is part of the answer. */
export interface Attribution {
  /** `log`: named in a log that says no more. */
  source: 'ebpf' | 'procfs' | 'log' | 'none';
  match: AttributionMatch;
  /** Why there is no process: `socket older than the session`, `no records`, … */
  reason?: string | undefined;
}

export interface Host {
  id?: string | undefined;
  name?: string | undefined;
  bootId?: string | undefined;
}

export interface AttributedCall {
  call: ImdsCall;
  process?: Process | undefined;
  attribution: Attribution;
  host?: Host | undefined;
  /** Session id of the recording, or the name of the capture when it has none. */
  session: string;
  /** The capture this came from, as the user named it; several files of a ring are one capture. */
  capture: string;
  /** Its `event.id`, where it was read from saved events: what that is made of is not in them. */
  eventId?: string | undefined;
}
