/** What attribution may keep at a time. Live and replay have the same, or their calls would differ. */
export interface AttributionLimits {
  /** Open, or closed and not yet let go of. docs/records.md says why so many. */
  sockets: number;
  processes: number;
  /** UTF-16 units of all arguments, paths and names of processes. */
  processText: number;
  lookups: number;
  /** Calls and ends of connections that wait for records. */
  waiting: number;
  /** Connections that ended without a known socket. */
  strays: number;
}

export const DEFAULT_LIMITS: AttributionLimits = {
  sockets: 16_384,
  processes: 16_384,
  processText: 16 * 1024 * 1024,
  lookups: 16_384,
  waiting: 32_768,
  strays: 16_384,
};
