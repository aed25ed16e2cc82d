import fc from 'fast-check';
import type { TestPacket } from '../support/packets/index.ts';

/** What may happen to packets on their way into a capture. */
export const disturbances = fc.array(
  fc.record({
    kind: fc.constantFrom('lose', 'repeat', 'move', 'later'),
    which: fc.nat(),
    where: fc.nat({ max: 40 }),
  }),
  { maxLength: 12 },
);
type Disturbance = typeof disturbances extends fc.Arbitrary<(infer T)[]> ? T : never;

export function disturbed(packets: readonly TestPacket[], list: readonly Disturbance[]): TestPacket[] {
  const times = packets.map(({ timeNs }) => timeNs);
  const result = [...packets];
  let late = 0n;
  for (const { kind, which, where } of list) {
    const at = which % Math.max(1, result.length);
    const packet = result[at];
    if (packet === undefined) continue;
    if (kind === 'lose') result.splice(at, 1);
    else if (kind === 'repeat') result.splice(at + 1 + where, 0, packet);
    else if (kind === 'move') result.splice(at + where, 0, ...result.splice(at, 1));
    else late = BigInt(where >> 2) * 1_000_000n;
  }
  // A hole that nobody acknowledges for a second is waited for by analyze, and not by who has to save.
  if (list.some(({ kind }) => kind === 'lose')) late = 0n;
  // Captures are in order of time, more or less. What comes more than a second late is another story: see below.
  const [start = 0n] = times;
  return result.map((packet, i) => ({ ...packet, timeNs: start + BigInt(i) * (1000n + late) }));
}
