import {
  conditionsText,
  hasExpired,
  IGNORE_CONDITIONS,
  type IgnoreCondition,
  type IgnorePolicy,
  type IgnoreRule,
  matchesPattern,
} from '../callers/ignore.ts';
import type { IgnoredAs } from '../callers/types.ts';
import { countOf } from '../words.ts';
import type { Aggregate } from './aggregate.ts';
import type { Caller } from './caller.ts';
import { callerFields, callerName } from './caller-row.ts';
import { escapeText } from './escape.ts';
import { getOrInsert } from './get-or-insert.ts';
import { KINDS, type KindCounts } from './kinds.ts';
import { fewText } from './layout.ts';
import type { ProcessViews } from './process-view.ts';
import { scriptFile } from './program.ts';
import { recurringPath } from './recurring.ts';
import { userAliases } from './users.ts';

/** A filter whose day is over, and whose callers are counted again. */
export interface ExpiredFilter {
  as: IgnoredAs;
  /** The conditions of the filter, in words. */
  conditions: string;
  callers: readonly Caller[];
}

/** Callers in text of which a line stands; all stand in JSON, CSV and HTML. */
const SHOWN = 10;
const NAMED = 3;

/**
 * Callers that are known and accepted for a while, by the filters of the configuration. Decided at the end, of
 * whole callers: what is known of one, such as its image, may come after its first calls.
 */
export class Ignored {
  static readonly NONE = new Ignored(new Map(), []);
  /** What to fix first, first. */
  readonly callers: ReadonlyMap<Caller, IgnoredAs>;
  readonly expired: readonly ExpiredFilter[];
  readonly #expiredOf: ReadonlyMap<Caller, ExpiredFilter>;

  constructor(callers: ReadonlyMap<Caller, IgnoredAs>, expired: readonly ExpiredFilter[]) {
    this.callers = callers;
    this.expired = expired;
    this.#expiredOf = new Map(expired.flatMap((one) => one.callers.map((caller) => [caller, one])));
  }

  /** Those that are counted, in the same order. */
  counted(callers: readonly Caller[]): readonly Caller[] {
    return this.callers.size === 0 ? callers : callers.filter((caller) => !this.callers.has(caller));
  }

  /** Calls that are not counted, by kind. */
  get kinds(): KindCounts {
    const sum: KindCounts = { v1: 0, v2: 0, unknown: 0, foreign: 0, attempt: 0 };
    for (const { kinds } of this.callers.keys()) for (const kind of KINDS) sum[kind] += kinds[kind];
    return sum;
  }

  /** The filter of a caller that is counted, and would not be if the filter had not expired. */
  expiredFor(caller: Caller): ExpiredFilter | undefined {
    return this.#expiredOf.get(caller);
  }

  /** A sentence each, escaped; of many, how many more there are. */
  sentences(): { ignored: string[]; expired: string[] } {
    const ignored = [...this.callers].map(([caller, as]) => ignoredText(caller, as));
    const more = ignored.length - SHOWN;
    return {
      ignored: [
        ...ignored.slice(0, SHOWN),
        ...(more > 0 ? [`and ${countOf(more, 'caller')} more; --json has all.`] : []),
      ],
      expired: this.expired.map(expiredText),
    };
  }
}

/** `agent: 6 calls by IMDSv1 not counted until 2026-12-31: the vendor mends it in June.` */
function ignoredText(caller: Caller, { reason, expires }: IgnoredAs): string {
  const { v1, unknown } = caller.kinds;
  const counts = [
    ...(v1 > 0 ? [`${countOf(v1, 'call')} by IMDSv1`] : []),
    ...(unknown > 0 ? [`${countOf(unknown, 'call')} that could not be read`] : []),
  ];
  const what = counts.length === 0 ? 'nothing to count' : `${counts.join(' and ')} not counted`;
  return `${escapeText(callerName(caller))}: ${what}, until ${expires}: ${escapeText(reason)}`;
}

function expiredText({ as: { reason, expires }, callers, conditions }: ExpiredFilter): string {
  const verb = callers.length === 1 ? 'is' : 'are';
  const names = fewText(callers.map(callerName), NAMED);
  return `${names} ${verb} counted again: the filter (${escapeText(conditions)}) ended ${expires}: ${escapeText(reason)}`;
}

/** @param today in UTC */
export function findIgnored(aggregate: Aggregate, { rules, today }: IgnorePolicy): Ignored {
  const callers = new Map<Caller, IgnoredAs>();
  const expired = new Map<IgnoreRule, Caller[]>();
  for (const caller of aggregate.callers()) {
    if (caller === aggregate.others) continue;
    const facts = rules.length === 0 ? undefined : factsOf(caller, aggregate.views);
    const matching =
      facts === undefined ? [] : rules.filter((rule) => isOfNames(rule, caller) && matches(rule, facts));
    const saved = caller.ignoredAs;
    const as =
      matching.find((rule) => !hasExpired(rule, today)) ??
      (saved !== undefined && !hasExpired(saved, today) ? saved : undefined);
    const [over] = matching;
    if (as !== undefined) callers.set(caller, { reason: as.reason, expires: as.expires });
    else if (over !== undefined) getOrInsert(expired, over, () => []).push(caller);
  }
  return new Ignored(
    callers,
    [...expired].map(([rule, own]) => ({
      as: { reason: rule.reason, expires: rule.expires },
      conditions: conditionsText(rule),
      callers: own,
    })),
  );
}

/** By condition, all values of the caller: each of them has to match, and there has to be one. Of its user, one has to. */
type Facts = Readonly<Record<IgnoreCondition, readonly string[]>>;

function matches({ where }: IgnoreRule, facts: Facts): boolean {
  return IGNORE_CONDITIONS.every((name) => {
    const pattern = where[name];
    if (pattern === undefined) return true;
    const isMatch = (value: string) => matchesPattern(value, pattern);
    // They are names of one user: root, 0.
    if (name === 'user') return facts.user.some(isMatch);
    return facts[name].length > 0 && facts[name].every(isMatch);
  });
}

/** Whoever has a service manager of his own can call his unit, or a container's image, by any name: its user has to be meant. */
function isOfNames({ where }: IgnoreRule, caller: Caller): boolean {
  const isByName = where.unit !== undefined || where.image !== undefined;
  return !isByName || where.user !== undefined || caller.allCalls.areNamedBySystem;
}

/** As a report shows them. The row of all other callers is nobody's. */
function factsOf(caller: Caller, views: ProcessViews): Facts {
  const { executable, unit, image, user, user_agents } = callerFields(caller, views);
  const { process } = caller.example;
  const script = process === undefined ? undefined : scriptFile(views.view(process).process);
  // Calls of several users may be in one row, which shows one of them.
  const users = caller.hasManyUsers ? [] : userAliases(process?.userId, user);
  return {
    executable: known(executable),
    // As it is in each run: one of them is not all.
    script: known(script && recurringPath(script)),
    unit: known(unit),
    image: known(image),
    user: users,
    // Another one may be a stranger's.
    user_agent: caller.allCalls.haveAgents ? user_agents : [],
  };
}

function known(value: string | undefined): string[] {
  return value === undefined ? [] : [value];
}
