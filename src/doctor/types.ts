/**
 * `unknown` is what could not be looked at: for want of a right, or because nothing answered in time. It is no
 * failure.
 */
export type Status = 'ok' | 'warn' | 'fail' | 'unknown';

/** What a look at one thing gave. */
export interface Finding {
  status: Status;
  /** What there is, and what that means for `imds live`; parts of it are text from outside. */
  text: string;
  /** What to do. */
  remedy?: string | undefined;
}

export interface Check extends Finding {
  /** A promise to those who filter by it. */
  id: string;
  title: string;
}

/** What `imds live` would do on this host. */
export interface Prospect {
  /** `partial`: it runs, with less than it could have. */
  status: 'ready' | 'partial' | 'not-ready';
  /** One sentence. */
  text: string;
  /** As the ready line of live has it: `views sockets, wire (any); attribution ebpf`. Absent where it would not run. */
  views?: string | undefined;
  /** In live's own words. */
  missing: readonly Missing[];
}

export interface Missing {
  code: string;
  message: string;
  remedy?: string | undefined;
}

/** Something for the bundle, as it was found: not masked yet. */
export interface Part {
  name: string;
  /** Undefined where there is none. */
  text?: string | undefined;
  /** Why there is none: `ENOENT`. */
  missing?: string | undefined;
}
