import { dayStart } from '../callers/days.ts';
import type { HostPart } from '../callers/host-part.ts';
import type { AllCalls } from '../callers/types.ts';
import type { SavedFacts } from '../causes/caller-facts.ts';
import type { RunSample } from '../causes/facts.ts';
import type { RunTally } from '../causes/runs.ts';
import { maskText } from '../secrets.ts';
import type { Caller } from './caller.ts';
import { callerRow } from './caller-row.ts';
import { kindCounts } from './kinds.ts';
import type { ProcessViews } from './process-view.ts';
import { isoNanoseconds } from './time.ts';

/** A caller in JSON: its row, and all that is needed to add it to what another report counted. */
export function callerObject(caller: Caller, views: ProcessViews): object {
  const { scope: _, ...row } = callerRow(caller, views);
  return { ...row, ...savedObject(caller) };
}

/** What of a caller is no column. */
export function savedObject(caller: Caller): object {
  const { example } = caller;
  return {
    other_callers: caller.identity.isOther || undefined,
    by_host: caller.parts?.all.map(partObject),
    all_calls: allCallsObject(caller.allCalls),
    with_process: caller.withProcess,
    by_operation: caller.operations,
    example_time: isoNanoseconds(caller.exampleTime),
    example_event_id: example.eventId,
    days: caller.days.map(({ day, counts }) => ({ day: dayText(dayStart(day)), ...kindCounts(counts) })),
    facts: factsObject(caller.savedFacts, caller.facts.runs),
  };
}

function partObject({ scope, isHost, counts, withoutName, succeeded }: HostPart): object {
  const whose = isHost ? { host: scope } : { capture: scope };
  return { ...whose, ...kindCounts(counts), without_name: withoutName, v1_succeeded: succeeded };
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
