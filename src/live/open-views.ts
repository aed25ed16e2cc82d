import type { SessionRecord } from '../bpf/records.ts';
import { PrerequisiteError, UsageError } from '../errors.ts';
import type { Endpoint } from '../model.ts';
import { probePath } from './probe-path.ts';
import { ProbeView } from './probe-view.ts';
import { LookupClient } from './procfs/lookup-client.ts';
import type { View } from './view.ts';
import type { WallClock } from './wall-clock.ts';
import { WireView } from './wire-view.ts';

export type Capture = 'both' | 'sockets' | 'wire';

/** What was asked for: `auto` is the best there is. */
export type AttributionChoice = 'auto' | Attribution;
export type Attribution = SessionRecord['attribution'];

export interface ViewOptions {
  capture: Capture;
  attribution: AttributionChoice;
  interfaces: readonly string[];
  endpoints: readonly Endpoint[];
  /** Folder of package.json. */
  root: string;
  clock: WallClock;
  onProbeLoss(reason: string): void;
}

export interface OpenedViews {
  sockets: View | undefined;
  wire: View | undefined;
  /** How processes are found. */
  attribution: Attribution;
  /** Why a view, or the look-ups, are missing. */
  missing: PrerequisiteError[];
}

/**
 * Attaches what is asked for. Of two views one is enough: the other's reason is told.
 *
 * @throws PrerequisiteError where none could be attached, or not what `attribution` insists on;
 *   UsageError where the two contradict each other
 */
export async function openViews(options: ViewOptions): Promise<OpenedViews> {
  const { capture, attribution, interfaces, endpoints, root, clock, onProbeLoss } = options;
  const now = () => clock.now();
  if (capture === 'sockets' && attribution === 'procfs') throw withoutWire();
  const missing: PrerequisiteError[] = [];
  const attempt = async <T>(wanted: boolean, open: () => Promise<T>): Promise<T | undefined> => {
    if (!wanted) return undefined;
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof PrerequisiteError)) throw error;
      missing.push(error);
      return undefined;
    }
  };
  const insist = (name: Attribution, found: unknown) => {
    if (attribution === name && found === undefined) throw missing[0] ?? withoutProbe();
  };
  // The probe names processes itself; who wants look-ups instead does without it.
  const sockets = await attempt(capture !== 'wire' && attribution !== 'procfs', async () =>
    ProbeView.start({ executable: probePath(root), endpoints, now, onLoss: onProbeLoss }),
  );
  insist('ebpf', sockets);
  // Before root is given up, which the look-ups need.
  const asks = sockets === undefined && capture !== 'sockets' && attribution !== 'off';
  const lookups = await attempt(asks, () => LookupClient.start({ root, now, clockOffset: clock.offset }));
  insist('procfs', lookups);
  const wire = await attempt(capture !== 'sockets', () =>
    WireView.open({ interfaces, endpoints, lookups, now }),
  );
  const [reason] = missing;
  if (sockets === undefined && wire === undefined && reason !== undefined) {
    await lookups?.end();
    throw reason;
  }
  const found = sockets !== undefined ? 'ebpf' : lookups !== undefined ? 'procfs' : 'off';
  return { sockets, wire, attribution: attribution === 'off' ? 'off' : found, missing };
}

function withoutProbe(): PrerequisiteError {
  return new PrerequisiteError('--attribution ebpf needs the probe, which --capture wire leaves out', {
    code: 'attribution.probe',
    remedy: 'Use --capture both, or --attribution procfs.',
  });
}

function withoutWire(): UsageError {
  return new UsageError('--attribution procfs is without the probe, which --capture sockets needs', {
    code: 'usage.attribution',
    remedy: 'Use --capture wire, or --attribution auto.',
  });
}
