import type { SessionRecord } from '../bpf/records.ts';
import { UsageError } from '../errors.ts';

export type Capture = 'both' | 'sockets' | 'wire';
export type Attribution = SessionRecord['attribution'];
/** What was asked for: `auto` is the best there is. */
export type AttributionChoice = 'auto' | Attribution;

/** @throws UsageError where how processes are found needs the view that `--capture` leaves out */
export function checkAttribution(capture: Capture, attribution: AttributionChoice): void {
  if (attribution === 'ebpf' && capture === 'wire') {
    throw contradiction(
      '--attribution ebpf is by the probe, which --capture wire leaves out',
      'Use --capture both, or --attribution procfs.',
    );
  }
  if (attribution === 'procfs' && capture === 'sockets') {
    throw contradiction(
      '--attribution procfs is without the probe, which --capture sockets needs',
      'Use --capture wire, or --attribution auto.',
    );
  }
}

function contradiction(message: string, remedy: string): UsageError {
  return new UsageError(message, { code: 'usage.attribution', remedy });
}
