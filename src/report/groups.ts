import type { AttributedCall, Nanoseconds, PathClass } from '../model.ts';
import { PATH_CLASSES } from '../model.ts';
import type { Aggregate } from './aggregate.ts';
import type { Caller } from './caller.ts';
import { callerFields } from './caller-row.ts';
import { cutAt } from './cut.ts';
import { Ignored } from './ignored.ts';
import { KINDS } from './kinds.ts';
import type { GroupKey } from './types.ts';
import { Memo, viewUrl } from './url.ts';

const MAX_GROUPS = 4096;
/** Characters of a name; of a path, what stands behind tells little. */
const LONGEST_NAME = 512;

export const OTHER_PATHS = 'other paths';
const OTHER_CLIENTS = 'other clients';

/** Calls that have something in common. */
export class Group {
  /** Undefined for those that have none, or of which it is not known. */
  readonly name: string | undefined;
  readonly counts: number[] = KINDS.map(() => 0);
  succeeded = 0;
  first: Nanoseconds | undefined;
  last: Nanoseconds | undefined;
  #worstPath = PATH_CLASSES.length;
  readonly callers = new Set<Caller>();

  constructor(name: string | undefined) {
    this.name = name;
  }

  get worstPath(): PathClass | undefined {
    return PATH_CLASSES[this.#worstPath];
  }

  add(counts: readonly number[], first: Nanoseconds, last: Nanoseconds, worst: PathClass | undefined): void {
    for (const [kind, count] of counts.entries()) this.counts[kind] = (this.counts[kind] ?? 0) + count;
    if (this.first === undefined || first < this.first) this.first = first;
    if (this.last === undefined || last > this.last) this.last = last;
    if (worst !== undefined) this.#worstPath = Math.min(this.#worstPath, PATH_CLASSES.indexOf(worst));
  }
}

const ONE = KINDS.map((_, kind) => KINDS.map((_, other) => (kind === other ? 1 : 0)));

/** Calls by something that the calls of one caller may differ in: counted as they come, in bounded number. */
export class CallGroups {
  readonly #nameOf: (call: AttributedCall) => string | undefined;
  readonly #othersName: string;
  readonly #groups = new Map<string | undefined, Group>();
  /** Calls of groups beyond the maximum. */
  otherCalls = 0;

  constructor(key: 'path' | 'client') {
    const paths = new Memo((target) => cutAt(viewUrl(target).path, LONGEST_NAME));
    this.#othersName = key === 'path' ? OTHER_PATHS : OTHER_CLIENTS;
    this.#nameOf =
      key === 'path'
        ? ({ call: { target } }) => (target === undefined ? undefined : paths.get(target))
        : ({ call: { client } }) => client.address || undefined;
  }

  add(attributed: AttributedCall, kind: number, caller: Caller): void {
    const { time, pathClass, status = 0 } = attributed.call;
    const group = this.#of(this.#nameOf(attributed));
    group.add(ONE[kind] ?? [], time, time, pathClass);
    if (kind === 0 && status >= 200 && status < 300) group.succeeded++;
    group.callers.add(caller);
    if (group.name === this.#othersName) this.otherCalls++;
  }

  /** Calls that were counted before, of which this is not known. */
  addUnknown(caller: Caller, counts: readonly number[], succeeded: number): void {
    if (counts.every((count) => count === 0)) return;
    const group = this.#of(undefined);
    group.add(counts, caller.first, caller.last, caller.worstPath);
    group.succeeded += succeeded;
    group.callers.add(caller);
  }

  get groups(): Group[] {
    return [...this.#groups.values()];
  }

  #of(wanted: string | undefined): Group {
    const isNew = !this.#groups.has(wanted);
    const name = isNew && this.#groups.size >= MAX_GROUPS ? this.#othersName : wanted;
    let group = this.#groups.get(name);
    if (group === undefined) {
      group = new Group(name);
      this.#groups.set(name, group);
    }
    return group;
  }
}

/**
 * The rows of a report by `key`; what to fix first, first. Without callers that are ignored; where calls are
 * counted as they come, by path or by client, theirs are among the others.
 */
export function groupsOf(
  aggregate: Aggregate,
  key: Exclude<GroupKey, 'caller'>,
  ignored = Ignored.NONE,
): Group[] {
  const groups =
    aggregate.groups === undefined
      ? groupCallers(aggregate, key, ignored)
      : withJoined(aggregate.groups.groups, aggregate);
  return groups.sort(compareGroups);
}

/** Calls were counted for the callers of each container. */
function withJoined(groups: Group[], aggregate: Aggregate): Group[] {
  const joined = new Map(
    aggregate.callers().flatMap((caller) => caller.containers.map((part) => [part, caller] as const)),
  );
  if (joined.size === 0) return groups;
  for (const { callers } of groups) {
    const shown = [...callers].map((caller) => joined.get(caller) ?? caller);
    callers.clear();
    for (const caller of shown) callers.add(caller);
  }
  return groups;
}

function groupCallers(aggregate: Aggregate, key: Exclude<GroupKey, 'caller'>, ignored: Ignored): Group[] {
  const groups = new Map<string | undefined, Group>();
  for (const caller of rowsOf(ignored.counted(aggregate.callers()), key)) {
    const name = nameOf(caller, aggregate, key);
    let group = groups.get(name);
    if (group === undefined) {
      group = new Group(name);
      groups.set(name, group);
    }
    group.add(caller.counts, caller.first, caller.last, caller.worstPath);
    group.succeeded += caller.kinds.v1 === 0 ? 0 : caller.facts.v1.succeeded;
    group.callers.add(caller);
  }
  return [...groups.values()];
}

/** What was joined of several containers is of several groups. */
function rowsOf(callers: readonly Caller[], key: GroupKey): readonly Caller[] {
  if (key !== 'container') return callers;
  return callers.flatMap((caller) => (caller.containers.length > 0 ? caller.containers : [caller]));
}

function nameOf(caller: Caller, aggregate: Aggregate, key: GroupKey): string | undefined {
  if (caller.identity.isOther) return undefined;
  if (key === 'host') return caller.place;
  const { container_id: container, unit, user } = callerFields(caller, aggregate.views);
  return { container, unit, user }[key as 'container' | 'unit' | 'user'];
}

function compareGroups(a: Group, b: Group): number {
  for (const kind of KINDS.keys()) {
    const difference = (b.counts[kind] ?? 0) - (a.counts[kind] ?? 0);
    if (difference !== 0) return difference;
  }
  const [first, second] = [a.name ?? '', b.name ?? ''];
  return first < second ? -1 : Number(first > second);
}
