import { EC2_IPV4 } from '../endpoints.ts';
import type { Nanoseconds } from '../model.ts';
import { countOf } from '../words.ts';
import type { KindCounts } from './kinds.ts';
import { cutText } from './lacking.ts';
import type { Observation } from './observation.ts';
import { durationText, isoNanoseconds, rangeText, watchText } from './time.ts';
import type { ToldCalls } from './told-calls.ts';
import type { ProvenSince } from './unproven.ts';
import type { VerdictOptions } from './verdict-options.ts';

/** Endpoints, of many. */
const NAMED = 3;

/** Before each of the gaps in what is needed. */
export const PROOF = 'Proof that no call was missed. ';

/** What would have to be otherwise for READY, in sentences; none where nothing would. */
export function neededFor(
  calls: KindCounts,
  {
    leftOut,
    cut,
    told,
    lacking,
  }: { leftOut: number; cut: number; told: ToldCalls; lacking: readonly string[] },
  observed: Observation | undefined,
  { observed: least, leavesOut, unread = 0 }: VerdictOptions,
): string[] {
  const needed: string[] = [];
  if (calls.v1 > 0)
    needed.push(`No call by IMDSv1; there ${isOrAre(calls.v1)} ${countOf(calls.v1, 'call')}.`);
  if (calls.unknown > 0)
    needed.push(
      `No call that could not be read; there ${isOrAre(calls.unknown)} ${countOf(calls.unknown, 'call')}.`,
    );
  if (leavesOut !== undefined) needed.push(`A report of all calls: ${leavesOut} leaves some out.`);
  needed.push(...lacking);
  if (unread > 0) needed.push(`All inputs: ${countOf(unread, 'input')} could not be read.`);
  if (leftOut > 0) {
    const which = 'by IMDSv1, or that could not be read,';
    needed.push(
      `A report of all calls: ${countOf(leftOut, 'call')} ${which} ${leftOut === 1 ? 'is' : 'are'} left out.`,
    );
  }
  if (cut > 0) needed.push(cutText(cut));
  if (observed === undefined || observed.recordings === 0) {
    needed.push(
      observed?.latest === undefined
        ? 'Proof that no call was missed: imds live writes it into its log, and imds analyze --json into its report; these have none.'
        : `Time under watch: sessions tell of none here. The last that they tell of is ${rangeText(observed.latest, observed.latest)}; one that still runs tells every 5 minutes.`,
    );
    return needed;
  }
  const [v1, unknown] = [told.missing(observed.counted, 0), told.missing(observed.counted, 1)];
  if (calls.v1 === 0 && v1 > 0) needed.push(rolledAway(v1, 'by IMDSv1', told.areReported(0)));
  if (calls.unknown === 0 && unknown > 0)
    needed.push(rolledAway(unknown, 'that could not be read and', told.areReported(1)));
  if (isOfOthers(observed, least)) needed.push(elsewhereText(observed));
  for (const gap of observed.gaps) needed.push(`${PROOF}${gap}`);
  const { provenSince } = observed;
  // Where that is all that is needed.
  const isAll = needed.length === observed.gaps.length;
  const behind = provenSince && isAll ? behindText(provenSince, least) : undefined;
  if (behind !== undefined) needed.push(behind);
  if (observed.duration < least) {
    const is =
      observed.first === undefined ? '; there is none' : ` instead of ${watchText(observed.duration)}`;
    needed.push(`${durationText(least)} under watch${is} (--observed).`);
  }
  return needed;
}

/** How what is not proven is left behind; undefined where that it goes on is not known. */
function behindText({ since, duration, hasLost }: ProvenSince, least: Nanoseconds): string | undefined {
  const ask = `--since ${isoNanoseconds(since).replace(/\.\d+/, '')}`;
  if (duration >= least)
    return `Or a report of what came after that: ${ask}; ${watchText(duration)} since then are proven.`;
  if (duration > 0n)
    return `Or ${durationText(least)} under watch after that, and then ${ask}; ${watchText(duration)} are proven by now.`;
  if (!hasLost) return undefined;
  return `Or ${durationText(least)} under watch by a new session, and then --since its beginning: what a session lost stays with it for as long as it runs. Start imds live anew.`;
}

/** What was watched elsewhere does not help the time under watch; where that is long enough, it does no harm. */
function isOfOthers({ elsewhere, first, duration }: Observation, least: Nanoseconds): boolean {
  return elsewhere > 0 && (first === undefined || duration < least);
}

function elsewhereText({ elsewhere, otherEndpoints: endpoints }: Observation): string {
  const names = endpoints.slice(0, NAMED).join(', ');
  const more = endpoints.length > NAMED ? ` and ${endpoints.length - NAMED} more` : '';
  const which = names === '' ? '' : ` (${names}${more})`;
  return `Recordings of ${EC2_IPV4}, which HttpTokens=required is for: ${countOf(elsewhere, 'recording')} ${isOrAre(elsewhere)} of other endpoints${which}.`;
}

function isOrAre(count: number): string {
  return count === 1 ? 'is' : 'are';
}

function rolledAway(calls: number, which: string, areReported: boolean): string {
  const counted = `${countOf(calls, 'call')} ${which} that the sessions counted`;
  // The day alone does not tell that it was this call.
  if (areReported)
    return `The events, or the inventory: ${counted} may be those that a JSON report has from before --since, or not.`;
  return `The files that were rolled away: ${counted} ${calls === 1 ? 'is' : 'are'} not in these.`;
}
