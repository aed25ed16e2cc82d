import { dayStart } from '../callers/days.ts';
import { type HostPart, isOfHost } from '../callers/host-part.ts';
import type { AllCalls } from '../callers/types.ts';
import type { SavedFacts } from '../causes/caller-facts.ts';
import type { RunSample } from '../causes/facts.ts';
import type { RunTally } from '../causes/runs.ts';
import { maskText } from '../secrets.ts';
import type { Caller } from './caller.ts';
import { callerRow, isOfMany } from './caller-row.ts';
import { LOOKED_UP, lookedUp } from './fact-columns.ts';
import { kindCounts } from './kinds.ts';
import type { ProcessViews } from './process-view.ts';
import { isoNanoseconds } from './time.ts';

/** A caller in JSON: its row, and all that is needed to add it to what another report counted. */
export function callerObject(caller: Caller, views: ProcessViews): object {
  const row = callerRow(caller, views);
  return {
    ...row,
    // Others read it by name and id: what tells two of one name apart is for people.
    host: row.host && (caller.host?.name ?? row.host),
    ...savedObject(caller, views),
    containers: caller.containers.length || undefined,
  };
}

/** What of a caller is no column. */
export function savedObject(caller: Caller, views: ProcessViews): object {
  const { example } = caller;
  return {
    host_id: isOfMany(caller) ? undefined : example.host?.id,
    other_callers: caller.identity.isOther || undefined,
    by_host: caller.parts?.all.map(partObject),
    all_calls: allCallsObject(caller.allCalls),
    with_process: caller.withProcess,
    by_operation: caller.operations,
    example_time: isoNanoseconds(caller.exampleTime),
    example_event_id: example.eventId,
    ...saidObject(caller, views),
    days: caller.days.map(({ day, counts }) => ({ day: dayText(dayStart(day)), ...kindCounts(counts) })),
    facts: factsObject(caller.savedFacts, caller.facts.runs),
  };
}

function partObject(part: HostPart): object {
  const { host, hostId, capture, counts, withoutName, succeeded } = part;
  const whose = isOfHost(part) ? { host, host_id: hostId } : { capture };
  return { ...whose, ...kindCounts(counts), without_name: withoutName, v1_succeeded: succeeded };
}

/**
 * What the columns of looked-up facts hide: which of them its example does not have itself, and what is known of
 * another process, where that is not what they show. With these, the columns of two reports are put together as those of
 * all calls are.
 */
function saidObject({ identity, example: { process }, said }: Caller, views: ProcessViews): object {
  if (identity.isOther || process === undefined || said?.columns === undefined) return {};
  const { columns } = said;
  const facts = views.facts(process);
  const [own, shown] = [lookedUp(facts), lookedUp(said.complete(facts))];
  const lacking = LOOKED_UP.filter((name) => own[name] === undefined && shown[name] !== undefined);
  return {
    example_lacks: lacking.length === 0 ? undefined : lacking,
    looked_up: LOOKED_UP.every((name) => shown[name] === columns[name]) ? undefined : columns,
  };
}

/** Without what is not so, so that a member that is missing says no more than one that nobody wrote. */
function allCallsObject({ user, haveAgents, areNamedBySystem }: AllCalls): object {
  return {
    user: user && maskText(user),
    user_agents: haveAgents || undefined,
    named_by_system: areNamedBySystem || undefined,
  };
}

/** `2026-01-15`. */
function dayText(start: bigint): string {
  return isoNanoseconds(start).slice(0, -'T00:00:00.000000000Z'.length);
}

function factsObject(facts: SavedFacts, tally: RunTally): object {
  const { calls, tokens, v1, runs } = facts;
  return {
    calls,
    tokens: outcomes(tokens),
    token_errors: facts.tokenErrors.length === 0 ? undefined : facts.tokenErrors,
    longest_ttl: facts.longestTtl,
    invalid_token: facts.invalidToken,
    v1: {
      answered: v1.answered,
      succeeded: v1.succeeded,
      unauthorized: v1.unauthorized,
      forbidden: v1.forbidden,
      credentials: v1.credentials,
      user_data: v1.userData,
      forwarded: v1.forwarded,
      foreign_path: v1.foreignPath,
      empty_argument: v1.emptyArgument,
    },
    empty_header: facts.emptyHeader,
    token_argument: facts.tokenArgument,
    hops: facts.hops,
    runs: {
      followed: tally.followed,
      fell_back: outcomes(tally.fellBack),
      sticky: tally.sticky,
      not_sent: tally.notSent,
      never_asked: tally.neverAsked,
      invalid_token: tally.invalidToken,
      page_as_token: tally.pageAsToken,
    },
    followed_runs: runs.map(runObject),
  };
}

function outcomes<T extends { 'not-found': number }>({ 'not-found': notFound, ...others }: T): object {
  return { ...others, not_found: notFound };
}

function runObject({ hash, isAnswered, deeds }: RunSample): object {
  const named = Object.entries(deeds).map(([deed, span]) => [deed.replaceAll('-', '_'), span]);
  return { id: hash.toString(16).padStart(8, '0'), answered: isAnswered, ...Object.fromEntries(named) };
}
