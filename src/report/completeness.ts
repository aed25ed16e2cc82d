import { leavesOutOf } from '../callers/selection.ts';
import { unwatchedIn } from '../endpoints.ts';
import {
  type CaptureSummary,
  type Completeness,
  type Counters,
  INTERRUPTED,
  type Nanoseconds,
  type Problem,
} from '../model.ts';

/**
 * What loses no call: blocks that hold no packet of the traffic, resets that a TCP ignores too, answers
 * that a server sends unasked before it closes an idle connection, look-ups that were not made, and rows that were not.
 */
const HARMLESS = new Set([
  'capture.custom_blocks',
  'capture.unknown_blocks',
  'clock.steps',
  'host.turned_away',
  'host.unanswered',
  'http.unsolicited_responses',
  'probe.late',
  'procfs.exits',
  'procfs.overloaded',
  'procfs.unanswered',
  'report.calls_of_other_callers',
  'report.calls_of_other_groups',
  'tcp.resets_ignored',
]);

/** Counters of packets whose link type is not decoded. */
const UNSUPPORTED = 'link.unsupported.';

/** Packets that the probe turned away or lost on their way, whole or in part; it counts each, also zero. */
const PROBE_DROPS = [
  'packets.incomplete',
  'packets.output_full',
  'packets.ring_full',
  'packets.shed',
  'packets.unreadable',
];

/** Packets of interfaces that the kernel dropped; where it was asked, it is there, also zero. */
const WIRE_DROPS = 'wire.dropped_packets';

/** What is known of the completeness of all captures together, and of how many it is known. */
export interface CompletenessSummary {
  captures: number;
  /** Of those, files of saved events. */
  eventFiles: number;
  /** Files of events in which sessions say what they proved. */
  provenFiles: number;
  /** Of those, inventories of callers. */
  inventories: number;
  /** Captures and files that have single calls: inventories and JSON reports have none. */
  withCalls: number;
  events: number;
  repeatedEvents: number;
  /** Sums of all counters that are not zero. */
  losses: Counters;
  /** Packets dropped while capturing, over the captures that recorded it; undefined where none did. */
  captureDrops: number | undefined;
  capturesWithDropCount: number;
  /** Packets of sockets that the probe dropped, over the captures without the above that it counted for. */
  probeDrops: number;
  capturesWithProbeCount: number;
  /** Packets of interfaces that the kernel dropped, over the captures without the above that it was asked for. */
  wireDrops: number;
  capturesWithWireCount: number;
  connections: number;
  provableConnections: number;
  capturedBytes: number;
  kernelBytes: number;
  packets: number;
  /** Captures that were recorded by imds, so that they have its journal. */
  byLive: number;
  /** Captures with the view of sockets: of each connection that it saw to begin and end, the kernel's counts are there. */
  bySockets: number;
  /** Captures whose only witness was the wire view of a live session. */
  byWireAlone: number;
  /** Of those, captures of which nobody counted what was dropped. */
  byWireUncounted: number;
  /** Captures whose probe died, so that the wire view was alone from then on. */
  byWireInTheEnd: number;
  lookups: Completeness['lookups'];
  /** Captures of the sockets of one container. */
  ofContainers: number;
  /** Endpoints that were looked for in a recording that did not watch them. */
  unwatched: Set<string>;
  /** What made the report, or those that it is made of, leave calls out. */
  leavesOut: readonly string[];
  /** Captures that were not read to their end. */
  interrupted: number;
  /** Captures of which no packet could be read, or none decoded. */
  unreadable: number;
  /** Problems that are damage. */
  damage: number;
  /** Not proven that every call of every capture was seen. */
  incomplete: boolean;
  /** Sum of the captures' durations, without those that could not be read. */
  duration: Nanoseconds;
  first: Nanoseconds | undefined;
  last: Nanoseconds | undefined;
}

/** Names of the counters that speak of calls, sorted: those that are not zero, and not harmless. */
export function lossesIn(losses: Counters): string[] {
  return Object.keys(losses)
    .filter((name) => losses[name] !== 0 && speaksOfCalls(name))
    .sort();
}

/** Whether calls may be missing, or be incomplete, where the counter is not zero. */
export function speaksOfCalls(name: string): boolean {
  return !HARMLESS.has(name);
}

/** A capture is complete only where the kernel's own counts say so; without them nobody knows. */
export function isIncomplete(
  capture: Pick<CaptureSummary, 'completeness' | 'problems' | 'searched'>,
): boolean {
  const { completeness, problems } = capture;
  if (unwatchedIn(capture).length > 0) return true;
  const { losses, captureDrops, connections, provableConnections, views, scope } = completeness;
  if (scope === 'container') return true;
  if (lossesIn(losses).length > 0) return true;
  if ((captureDrops ?? 0) !== 0 || isUnread(problems)) return true;
  if (completeness.capturedBytes !== completeness.kernelBytes) return true;
  if (connections === 0) return views?.includes('sockets') !== true;
  return provableConnections < connections;
}

/** What a JSON report that tells of it is not whole by, in words; undefined where it is. */
export function reportDamage(problems: CaptureSummary['problems']): string | undefined {
  return problems.find(({ damage, code }) => damage && code.startsWith(OF_REPORT))?.message;
}

/** Codes of problems of JSON reports: each capture of one has them. */
const OF_REPORT = 'report.';

/** Something of it was not read: it is damaged, or the reading was stopped. */
export function isUnread(problems: CaptureSummary['problems']): boolean {
  return isInterrupted(problems) || problems.some(({ damage }) => damage);
}

/** Nothing of it was looked at: it has no packet, or none of a link type that is decoded, and nothing else. */
export function isUnreadable(capture: CaptureSummary): boolean {
  const { packets, events = 0, repeatedEvents = 0, callers = 0, sessions = [] } = capture;
  const { problems, completeness, ofReport = false } = capture;
  const undecoded = Object.entries(completeness.losses)
    .filter(([name]) => name.startsWith(UNSUPPORTED))
    .reduce((sum, [, count]) => sum + count, 0);
  const isDamaged = problems.some(({ damage, code }) => damage && !(ofReport && code.startsWith(OF_REPORT)));
  const hasNothing = events + repeatedEvents + callers + sessions.length === 0;
  return packets === undecoded && hasNothing && isDamaged;
}

function isInterrupted(problems: CaptureSummary['problems']): boolean {
  return problems.some(({ code }) => code === INTERRUPTED);
}

export function summarize(captures: readonly CaptureSummary[]): CompletenessSummary {
  const summary: CompletenessSummary = {
    captures: captures.length,
    eventFiles: 0,
    provenFiles: 0,
    inventories: 0,
    withCalls: 0,
    events: 0,
    repeatedEvents: 0,
    losses: {},
    captureDrops: undefined,
    capturesWithDropCount: 0,
    probeDrops: 0,
    capturesWithProbeCount: 0,
    wireDrops: 0,
    capturesWithWireCount: 0,
    connections: 0,
    provableConnections: 0,
    capturedBytes: 0,
    kernelBytes: 0,
    packets: 0,
    byLive: 0,
    bySockets: 0,
    byWireAlone: 0,
    byWireUncounted: 0,
    byWireInTheEnd: 0,
    lookups: { made: 0, found: 0 },
    ofContainers: 0,
    unwatched: new Set(),
    leavesOut: leavesOutOf(captures),
    interrupted: 0,
    unreadable: 0,
    damage: 0,
    incomplete: captures.length === 0 || captures.some(isIncomplete),
    duration: 0n,
    first: undefined,
    last: undefined,
  };
  for (const capture of captures) addCapture(summary, capture);
  summary.damage = damageOf(captures);
  return summary;
}

/** That of a JSON report stands with each of its captures. */
function damageOf(captures: readonly CaptureSummary[]): number {
  const damage = captures.flatMap(({ problems }) => problems.filter((problem) => problem.damage));
  const isOfReport = ({ code }: Problem) => code.startsWith(OF_REPORT);
  const ofReports = new Set(damage.filter(isOfReport).map(({ message }) => message));
  return damage.length - damage.filter(isOfReport).length + ofReports.size;
}

function addCapture(summary: CompletenessSummary, capture: CaptureSummary): void {
  const { completeness, firstTime, lastTime } = capture;
  for (const [name, count] of Object.entries(completeness.losses)) {
    if (count !== 0) summary.losses[name] = (summary.losses[name] ?? 0) + count;
  }
  if (completeness.captureDrops !== undefined) {
    summary.captureDrops = (summary.captureDrops ?? 0) + completeness.captureDrops;
    summary.capturesWithDropCount++;
  } else if (capture.events === undefined && countsDrops(completeness)) {
    summary.probeDrops += PROBE_DROPS.reduce((sum, name) => sum + (completeness.losses[name] ?? 0), 0);
    summary.capturesWithProbeCount++;
  } else if (capture.events === undefined && countsWireDrops(completeness)) {
    summary.wireDrops += completeness.losses[WIRE_DROPS] ?? 0;
    summary.capturesWithWireCount++;
  }
  if (capture.callers === undefined && capture.ofReport !== true) summary.withCalls++;
  summary.packets += capture.packets;
  if (completeness.views !== undefined && capture.events === undefined) {
    summary.byLive++;
    if (completeness.views.includes('sockets')) summary.bySockets++;
  }
  summary.connections += completeness.connections;
  summary.provableConnections += completeness.provableConnections;
  summary.capturedBytes += completeness.capturedBytes;
  summary.kernelBytes += completeness.kernelBytes;
  if (completeness.scope === 'container') summary.ofContainers++;
  for (const endpoint of unwatchedIn(capture)) summary.unwatched.add(endpoint);
  addWitness(summary, completeness);
  if (isInterrupted(capture.problems)) summary.interrupted++;
  if (capture.events !== undefined) {
    summary.eventFiles++;
    if ((capture.sessions?.length ?? 0) > 0) summary.provenFiles++;
    if (capture.callers !== undefined) summary.inventories++;
    summary.events += capture.events;
    summary.repeatedEvents += capture.repeatedEvents ?? 0;
  }
  if (isUnreadable(capture)) {
    summary.unreadable++;
    return;
  }
  if (firstTime === undefined || lastTime === undefined) return;
  summary.duration += lastTime - firstTime;
  if (summary.first === undefined || firstTime < summary.first) summary.first = firstTime;
  if (summary.last === undefined || lastTime > summary.last) summary.last = lastTime;
}

/** Whether the probe said how much it dropped. */
function countsDrops({ views, losses }: Completeness): boolean {
  return views?.includes('sockets') === true && PROBE_DROPS.some((name) => losses[name] !== undefined);
}

/** Whether the kernel was asked how much of the interfaces it dropped. */
function countsWireDrops({ views, losses }: Completeness): boolean {
  return views?.includes('wire') === true && losses[WIRE_DROPS] !== undefined;
}

/** Who saw it, where that was not the sockets' view to the end. */
function addWitness(summary: CompletenessSummary, completeness: Completeness): void {
  const { views, lookups, losses, provableConnections } = completeness;
  summary.lookups.made += lookups.made;
  summary.lookups.found += lookups.found;
  if (views?.includes('wire') !== true) return;
  const lostProbe = (losses['probe.exits'] ?? 0) > 0;
  if (lostProbe) summary.byWireInTheEnd++;
  // Where the kernel's counts were recorded beside it, they tell.
  else if (!views.includes('sockets') && provableConnections === 0) {
    summary.byWireAlone++;
    if (!countsWireDrops(completeness)) summary.byWireUncounted++;
  }
}
