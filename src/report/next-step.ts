import type { Aggregate } from './aggregate.ts';
import type { CompletenessSummary } from './completeness.ts';
import type { VerdictStatus } from './host-verdict.ts';
import type { Ignored } from './ignored.ts';

/** Where a report is read: what its reader can do next depends on it. */
export type ReadIn =
  | { place: 'command' }
  /** A page, perhaps on another machine than the command. */
  | { place: 'page' }
  | {
      place: 'live';
      /** Command that shows the calls again, where the session kept them. */
      calls: string | undefined;
      /** False where nobody was asked whose calls they are. */
      attributes: boolean;
    };

const COMMAND: ReadIn = { place: 'command' };

const RECORD = 'record with `imds live -w FILE.pcapng`';

/** EC2 user guide, "Transition to using Instance Metadata Service Version 2". */
const ENFORCE =
  'see that MetadataNoToken in CloudWatch is 0, too, then `aws ec2 modify-instance-metadata-options --instance-id ID --http-tokens required`.';

/** What to do now, in one line, where there is something to say. */
export function nextStep(
  aggregate: Aggregate,
  completeness: CompletenessSummary,
  { kinds: left }: Ignored,
  readIn = COMMAND,
  status?: VerdictStatus,
): string | undefined {
  const [v1, unknown] = [aggregate.counts.v1 - left.v1, aggregate.counts.unknown - left.unknown];
  if ((completeness.losses['tcp.snaplen_cut_bytes'] ?? 0) > 0) {
    return 'capture whole packets (tcpdump -s 0), so that requests can be read.';
  }
  if (aggregate.calls > 0 && aggregate.withProcess === 0) {
    return `no process is named; ${namesBy(completeness, readIn)}.`;
  }
  if (v1 > 0) {
    const shows = showsCalls(completeness, readIn);
    // Events and inventories keep what was before.
    const isOfEvents = readIn.place === 'command' && completeness.eventFiles > 0;
    const again = isOfEvents ? ' with --since and the time of the fix' : '';
    return `fix these callers, then look again${again}${shows === undefined ? '' : `; ${shows} every call`}.`;
  }
  if (unknown > 0) {
    const shows = showsCalls(completeness, readIn);
    return shows === undefined
      ? 'why calls could not be read stands with their callers.'
      : `${shows} the calls that could not be read, and why.`;
  }
  if (isElsewhere(aggregate, completeness)) {
    return 'no packet was on a connection to the endpoint; check --endpoint, and where the capture was made.';
  }
  if (completeness.incomplete && completeness.eventFiles === 0) return provesBy(completeness, readIn);
  return status === 'ready' ? ENFORCE : undefined;
}

function showsCalls({ withCalls }: CompletenessSummary, readIn: ReadIn): string | undefined {
  switch (readIn.place) {
    case 'command':
      return withCalls > 0 ? '--calls shows' : undefined;
    case 'page':
      return undefined;
    case 'live':
      return readIn.calls === undefined ? undefined : `\`${readIn.calls}\` shows`;
  }
}

/** How the next session has the processes that this one lacks. */
function namesBy(completeness: CompletenessSummary, readIn: ReadIn): string {
  if (completeness.byWireInTheEnd > 0) return 'the probe ended early; `imds doctor` looks for the reason';
  if (readIn.place === 'live') {
    return readIn.attributes
      ? '`imds doctor` tells what is lacking to see who calls'
      : 'start without `--attribution off` to see who calls';
  }
  if (completeness.byLive + completeness.provenFiles > 0) {
    return 'record without `--attribution off` to see who calls; `imds doctor` tells what else may be lacking';
  }
  return `${RECORD} to see who calls`;
}

/** How the next session has the proof that this one lacks. */
function provesBy(completeness: CompletenessSummary, { place }: ReadIn): string | undefined {
  const { byWireAlone, byWireInTheEnd, byLive } = completeness;
  if (byWireInTheEnd > 0) return 'the probe ended early; `imds doctor` looks for the reason.';
  if (byLive > 0 && byWireAlone > 0) {
    return 'watch the sockets too (--capture both): the probe proves that no call was missed; `imds doctor` tells whether it can run.';
  }
  if (place === 'live' || byLive > 0) return undefined;
  return `${RECORD}: it proves that no call was missed.`;
}

/** There were packets, and none of a connection to the endpoint: others were captured, or another is meant. */
function isElsewhere(
  { calls }: Aggregate,
  { connections, packets, eventFiles }: CompletenessSummary,
): boolean {
  return calls === 0 && connections === 0 && packets > 0 && eventFiles === 0;
}
