import { FailureError, PrerequisiteError } from '../errors.ts';
import type { Endpoint } from '../model.ts';
import {
  type Attribution,
  type AttributionChoice,
  type Capture,
  checkAttribution,
} from './attribution-choice.ts';
import { HostClient } from './host/host-client.ts';
import type { InterfaceNews } from './interface-watch.ts';
import { pollGuard } from './poll-guard.ts';
import { probePath } from './probe-path.ts';
import { ProbeView } from './probe-view.ts';
import { LookupClient } from './procfs/lookup-client.ts';
import type { View } from './view.ts';
import type { WallClock } from './wall-clock.ts';
import { WireView } from './wire-view.ts';
import { withoutProcesses } from './without-processes.ts';

export interface ViewOptions {
  capture: Capture;
  attribution: AttributionChoice;
  interfaces: readonly string[];
  endpoints: readonly Endpoint[];
  /** Folder of package.json. */
  root: string;
  clock: WallClock;
  onProbeLoss(reason: string): void;
  onInterfaceNews(news: InterfaceNews): void;
  onLookupLoss(reason: string): void;
  onHostLoss(reason: string): void;
}

export interface OpenedViews {
  sockets: View | undefined;
  wire: View | undefined;
  /** They ask where the wire is alone, and stand by for the probe's end where it is not. */
  lookups: LookupClient | undefined;
  /** What the host says of processes, where they are looked for. */
  host: HostClient | undefined;
  /** How processes are found. */
  attribution: Attribution;
  /** Why a view, or the look-ups, are missing. */
  missing: Missing[];
}

type Missing = PrerequisiteError | FailureError;

/**
 * Attaches what is asked for. Of two views one is enough: the other's reason is told.
 *
 * @throws PrerequisiteError or FailureError where none could be attached, or not what `attribution` insists on;
 *   UsageError where the two contradict each other
 */
export async function openViews(options: ViewOptions): Promise<OpenedViews> {
  checkAttribution(options.capture, options.attribution);
  const missing: Missing[] = [];
  const missingLookups: Missing[] = [];
  // Begun beside the probe: a process of Node takes as long to start as that to attach. Before root is given up.
  const hosting = startHost(options, attempting(missing));
  const lookingUp = startLookups(options, attempting(missingLookups));
  try {
    const opened = await openAll(options, async () => ({
      lookups: await lookingUp,
      missing: missingLookups,
    }));
    const host = await hosting;
    return { ...opened, host, missing: [...opened.missing, ...missing] };
  } catch (error) {
    for (const started of await Promise.allSettled([hosting, lookingUp])) {
      if (started.status === 'fulfilled') await started.value?.end();
    }
    throw error;
  }
}

/** What fails for want of something is told, and is no end. */
function attempting(missing: Missing[]): Attempt {
  return async (wanted, open) => {
    if (!wanted) return undefined;
    try {
      return await open();
    } catch (error) {
      // A probe that fails on a kernel that nobody has tried is one more that is missing.
      if (!(error instanceof PrerequisiteError || error instanceof FailureError)) throw error;
      missing.push(error);
      return undefined;
    }
  };
}

async function openAll(
  options: ViewOptions,
  startedLookups: () => Promise<Pick<OpenedViews, 'lookups' | 'missing'>>,
): Promise<Omit<OpenedViews, 'host'>> {
  const { capture, attribution, interfaces, endpoints, root, clock, onProbeLoss, onInterfaceNews } = options;
  const now = () => clock.now();
  const missing: Missing[] = [];
  const attempt = attempting(missing);
  const insist = (name: Attribution, found: unknown) => {
    if (attribution === name && found === undefined && missing[0] !== undefined) throw missing[0];
  };
  // The probe names processes itself; who wants look-ups instead does without it.
  const sockets = await attempt(capture !== 'wire' && attribution !== 'procfs', async () =>
    ProbeView.start({ executable: probePath(root), endpoints, now, onLoss: onProbeLoss }),
  );
  insist('ebpf', sockets);
  const { lookups, missing: missingLookups } = await startedLookups();
  missing.push(...missingLookups);
  if (sockets === undefined) lookups?.begin();
  insist('procfs', lookups);
  const wire = await attempt(capture !== 'sockets', () =>
    WireView.open({
      interfaces,
      endpoints,
      lookups,
      isAlone: sockets === undefined,
      guard: pollGuard(root),
      now,
      onNews: onInterfaceNews,
    }),
  );
  // Without the wire there is nothing to ask about.
  if (wire === undefined) await lookups?.end();
  const [reason] = missing;
  if (sockets === undefined && wire === undefined && reason !== undefined) throw reason;
  const found = sockets !== undefined ? 'ebpf' : lookups !== undefined ? 'procfs' : 'off';
  return {
    sockets: attribution === 'off' && sockets !== undefined ? withoutProcesses(sockets) : sockets,
    wire,
    lookups: wire && lookups,
    attribution: attribution === 'off' ? 'off' : found,
    missing,
  };
}

type Attempt = <T>(wanted: boolean, open: () => Promise<T>) => Promise<T | undefined>;

async function startLookups(
  { capture, attribution, root, clock, onLookupLoss }: ViewOptions,
  attempt: Attempt,
): Promise<LookupClient | undefined> {
  const wanted = capture !== 'sockets' && (attribution === 'auto' || attribution === 'procfs');
  return attempt(wanted, () =>
    LookupClient.start({
      root,
      now: () => clock.now(),
      clockOffset: clock.offset,
      onLoss: onLookupLoss,
    }),
  );
}

/** Processes are named without it, too. */
async function startHost(
  { attribution, root, clock, onHostLoss }: ViewOptions,
  attempt: Attempt,
): Promise<HostClient | undefined> {
  return attempt(attribution !== 'off', () =>
    HostClient.start({ root, now: () => clock.now(), clockOffset: clock.offset, onLoss: onHostLoss }),
  );
}
