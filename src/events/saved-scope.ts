import type { Completeness } from '../model.ts';

/** What a saved text says of whose sockets were watched: whatever is not said to be the host is less than it. */
export function scopeOf(saved: unknown): Pick<Completeness, 'scope'> {
  return saved === undefined || saved === 'host' ? {} : { scope: 'container' };
}
