import { uptime } from 'node:os';
import { ClockWatch } from './clock-watch.ts';
import type { WallClock } from './wall-clock.ts';

/** Whether the wall clock is set while the session lasts, which is said in a sentence. */
export function watchClock(clock: WallClock, say: (sentence: string) => void): ClockWatch {
  return new ClockWatch(
    {
      wall: () => BigInt(Date.now()) * 1_000_000n,
      session: () => clock.now(),
      sinceBoot: () => BigInt(Math.round(uptime() * 1000)) * 1_000_000n,
    },
    {
      onStep: (step) => say(stepText(step)),
      onSleep: (slept) => clock.skip(slept),
    },
  );
}

export function stepText(nanoseconds: bigint): string {
  const seconds = (Number(nanoseconds) / 1e9).toFixed(1);
  const by = nanoseconds < 0n ? `back by ${seconds.slice(1)} s` : `ahead by ${seconds} s`;
  return `the machine's clock was set ${by}; times of this session go on by the clock at its start`;
}
