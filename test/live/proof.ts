import assert from 'node:assert/strict';
import type { LiveSession } from './session.ts';

/** What the report at a session's end says of its completeness. */
export interface Proof {
  captured: number;
  /** Bytes that the kernel counted. */
  counted: number;
  connections: number;
  unprovable: number;
  /** Counters of what was lost, by name, where they are not zero; questions to the host, which cost no call, left out. */
  losses: Record<string, number>;
}

const KERNEL =
  /Captured ([\d,]+) of the ([\d,]+) bytes that the kernel counted on ([\d,]+) connections?(?:; ([\d,]+) more cannot)?/;

/** Read from the report that a person reads; the session has ended. */
export function proofOf({ diagnostics }: LiveSession): Proof {
  // The report is set in lines of its own: a sentence goes on in the next one.
  const text = diagnostics.join(' ').replaceAll(/\s+/g, ' ');
  const [, ...counts] = KERNEL.exec(text) ?? [];
  assert.ok(counts.length > 0, `no counts of the kernel: ${text}`);
  const [captured = 0, counted = 0, connections = 0, unprovable = 0] = counts.map(numberOf);
  const losses = /On reading: (.*?)\. (?:Drops|Captured) /.exec(text)?.[1] ?? '';
  return { captured, counted, connections, unprovable, losses: countersIn(losses) };
}

/** `12 bytes of the streams not captured (tcp.missing_bytes)`, or a bare `packets.shed 12`. */
function countersIn(text: string): Record<string, number> {
  const counters: Record<string, number> = {};
  for (const part of text.split(', ').filter(Boolean)) {
    const worded = /^([\d,]+) .*\(([\w.]+)\)$/.exec(part);
    const bare = /^([\w.]+) ([\d,]+)$/.exec(part);
    const [name, count] = worded ? [worded[2], worded[1]] : [bare?.[1], bare?.[2]];
    assert.ok(name !== undefined, `a counter: ${part}`);
    if (!name.startsWith('host.')) counters[name] = numberOf(count);
  }
  return counters;
}

function numberOf(text: string | undefined): number {
  return Number((text ?? '0').replaceAll(',', ''));
}
