import { countOf, countText } from '../words.ts';
import { type Aggregate, OTHER_CALLERS } from './aggregate.ts';
import type { CompletenessSummary } from './completeness.ts';
import { lossWords } from './loss-words.ts';

/**
 * What is known of what is missing, a sentence each; and plainly where nobody counted. A zero is only
 * said of what was counted.
 */
export function lossLines(completeness: CompletenessSummary): string[] {
  const ofEvents = completeness.captures > 0 && completeness.eventFiles === completeness.captures;
  return [
    ...(ofEvents
      ? eventLines(completeness)
      : isQuiet(completeness)
        ? [QUIET]
        : [
            streamLine(completeness),
            ...dropLines(completeness),
            kernelLine(completeness),
            ...wireLines(completeness),
          ]),
    ...(completeness.ofContainers > 0 ? [OF_CONTAINER] : []),
    ...(completeness.unwatched.size > 0 ? [unwatchedText([...completeness.unwatched])] : []),
    ...(completeness.interrupted > 0
      ? ['The reading was stopped by a signal: what follows in the capture is not in this report.']
      : []),
    ...(completeness.damage > 0
      ? [
          `${countOf(completeness.damage, 'damaged place')} in the input: what could be read is in this report.`,
        ]
      : []),
  ];
}

/** Nobody connected, and whoever had would have been seen. */
function isQuiet({ connections, incomplete, captures }: CompletenessSummary): boolean {
  return captures > 0 && connections === 0 && !incomplete;
}

const QUIET = 'No connection to the endpoint was made: the sockets were watched, and nothing was lost.';

/** Where the probe found the cgroups of a container alone: see docs/probe.md. */
export const OF_CONTAINER =
  "One container alone was watched, in which imds ran without the host's cgroups: nothing is known of the rest of the host. Run it on the host, or give the container its cgroup namespace (docker run --cgroupns=host) or its /sys/fs/cgroup.";

/** Escaped: a session's header may come from anywhere, but what was looked for was parsed. */
export function unwatchedText(endpoints: readonly string[]): string {
  return `${endpoints.join(', ')} ${endpoints.length === 1 ? 'was' : 'were'} not watched by who recorded: nothing is proven of calls there.`;
}

function eventLines({ losses, provenFiles }: CompletenessSummary): string[] {
  const names = Object.keys(losses).sort();
  return [
    ...(names.length === 0
      ? []
      : [`On reading: ${names.map((name) => lossWords(name, losses[name] ?? 0)).join(', ')}.`]),
    ...(provenFiles > 0
      ? []
      : ['Events tell of calls, not of what was lost before they were saved: calls may be missing unseen.']),
  ];
}

function streamLine({ losses, connections }: CompletenessSummary): string {
  const names = Object.keys(losses).sort();
  if (names.length > 0) {
    return `On reading: ${names.map((name) => lossWords(name, losses[name] ?? 0)).join(', ')}.`;
  }
  if (connections === 0) return 'No connection to the endpoint was seen.';
  return `No gap in the ${countOf(connections, 'connection')} seen.`;
}

function dropLines(completeness: CompletenessSummary): string[] {
  const { captureDrops, captures, eventFiles, capturesWithDropCount } = completeness;
  const { probeDrops, capturesWithProbeCount, wireDrops, capturesWithWireCount, losses } = completeness;
  if (captureDrops === undefined) {
    // Held against the kernel's own counts, nothing can have been dropped unseen.
    const { connections, provableConnections, capturedBytes, kernelBytes } = completeness;
    if (connections > 0 && provableConnections === connections && capturedBytes === kernelBytes) return [];
  }
  const counted: string[] = [];
  if (captureDrops !== undefined) counted.push(`${countOf(captureDrops, 'packet')}, as the file records`);
  if (capturesWithProbeCount > 0) {
    const until = (losses['probe.exits'] ?? 0) > 0 ? ' until its end' : '';
    counted.push(`${countOf(probeDrops, 'packet')} of sockets, as the probe counted${until}`);
  }
  if (capturesWithWireCount > 0) {
    counted.push(`${countOf(wireDrops, 'packet')} of interfaces, as the kernel counted`);
  }
  if (counted.length === 0) return ['Drops while capturing: nobody counted them.'];
  const uncounted =
    captures - eventFiles - capturesWithDropCount - capturesWithProbeCount - capturesWithWireCount;
  if (uncounted > 0) counted.push(`${countOf(uncounted, 'capture')} did not count`);
  return [`Drops while capturing: ${counted.join('; ')}.`];
}

function kernelLine(completeness: CompletenessSummary): string {
  const { provableConnections, connections, capturedBytes, kernelBytes } = completeness;
  const { bySockets, captures, eventFiles } = completeness;
  const rest = connections - provableConnections;
  if (provableConnections === 0) {
    return bySockets === captures - eventFiles && rest > 0
      ? `${unprovable(rest)}: what was captured of ${rest === 1 ? 'it' : 'them'} cannot be proven to be all.`
      : 'No counts of the kernel to hold the capture against: calls may be missing unseen.';
  }
  return (
    `Captured ${countText(capturedBytes)} of the ${countText(kernelBytes)} bytes that the kernel counted on ` +
    `${countOf(provableConnections, 'connection')}${rest > 0 ? `; ${countText(rest)} more cannot be proven` : ''}.`
  );
}

/** Connections without the kernel's counts to their end, where the sockets were watched. */
export function unprovable(connections: number): string {
  return `${countOf(connections, 'connection')} older than the recording, open at its end, or not of the sockets watched`;
}

/** What libpcap and /proc cannot tell, where nobody else watched. */
function wireLines(completeness: CompletenessSummary): string[] {
  const { byWireAlone, byWireUncounted, byWireInTheEnd, lookups, captures } = completeness;
  const where = (some: number) => (some === captures ? '' : ` in ${countOf(some, 'capture')}`);
  const lines: string[] = [];
  if (byWireAlone > 0) {
    const limits = wireLimits(byWireUncounted === 0);
    lines.push(`Seen on the interfaces alone${where(byWireAlone)}: ${limits}`);
  }
  if (byWireInTheEnd > 0) {
    lines.push(
      `After the end of the probe, the interfaces alone${where(byWireInTheEnd)}: ${wireLimits(false)}`,
    );
  }
  if (lookups.made > 0) {
    lines.push(
      `Look-ups in /proc: ${countText(lookups.found)} of ${countText(lookups.made)} found a process; ${LOOKUP_LIMITS}`,
    );
  }
  return lines;
}

/** Of the package cap 0.2.1: it hands over no time, its ring is small, its snap length fixed. */
function wireLimits(isCounted: boolean): string {
  const drops = isCounted ? '' : 'nobody counted drops, so packets of a burst may be missing unseen; ';
  return (
    `times are those of receipt, not of the kernel; ${drops}what exceeds 65,535 bytes is cut; ` +
    'calls in namespaces whose interfaces were not captured are missing.'
  );
}

/** Measured by bench/lookups.ts; docs/attribution.md has the figures. */
const LOOKUP_LIMITS =
  'a caller gone before its look-up is `none`. Measured with callers that were done in 4 ms, 8 to 70 % were ' +
  'found one after the other, 0 to 16 % of 16 at once.';

/** Name of the counter of calls of more paths or clients than are kept. */
const OTHER_GROUPS = 'report.calls_of_other_groups';

/** Counters of the report itself: what its own bounds turned away. */
export function ownCounters(aggregate: Aggregate): Record<string, number> {
  const ofGroups = aggregate.groups?.otherCalls ?? 0;
  return {
    ...(aggregate.otherCalls === 0 ? {} : { [OTHER_CALLERS]: aggregate.otherCalls }),
    ...(ofGroups === 0 ? {} : { [OTHER_GROUPS]: ofGroups }),
  };
}
