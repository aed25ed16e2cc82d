import { readFileSync, writeFileSync } from 'node:fs';

/** Begins anew with what is resident now: else a peak is that of all that the process did before. */
export function resetPeak(): void {
  if (process.platform !== 'linux') return;
  // proc_pid_clear_refs(5): 5 resets VmHWM.
  writeFileSync('/proc/self/clear_refs', '5');
}

/** Bytes that were resident at most since then; of systems other than Linux, since the process began. */
export function peakBytes(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;
}
