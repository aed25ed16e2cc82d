import { type HostPart, MAX_HOSTS } from '../callers/host-part.ts';
import type { OnHost } from '../callers/types.ts';
import type { AttributedCall } from '../model.ts';
import { type ShownHost, scopeOf } from './host-names.ts';
import { KINDS } from './kinds.ts';
import { savedHost } from './saved-process.ts';

/** The entry that hosts beyond MAX_HOSTS share. */
export const OTHER_HOSTS = 'other hosts';

type Sums = Omit<HostPart, 'counts'> & { counts: number[] };

/** Whose the calls are that share a row though they are of many callers. */
export class HostParts {
  readonly #parts = new Map<string, Sums>();

  get size(): number {
    return this.#parts.size;
  }

  /** By what tells them apart, so that their order never is that of the reading. */
  get all(): readonly HostPart[] {
    return [...this.#parts].sort(([a], [b]) => (a < b ? -1 : Number(a > b))).map(([, part]) => part);
  }

  call({ call, process, host, capture }: AttributedCall, kind: number): void {
    const scope = scopeOf(host, capture);
    const sums =
      this.#parts.get(scope) ?? this.#new(scope, { host: host?.name ?? host?.id, hostId: host?.id, capture });
    sums.counts[kind] = (sums.counts[kind] ?? 0) + 1;
    if (kind <= 1 && process === undefined) sums.withoutName++;
    const { status = 0 } = call;
    if (kind === 0 && status >= 200 && status < 300) sums.succeeded++;
  }

  add(part: HostPart): void {
    const scope = scopeOf(savedHost(part), part.capture);
    const sums = this.#parts.get(scope) ?? this.#new(scope, part);
    for (const [kind, count] of part.counts.entries()) sums.counts[kind] = (sums.counts[kind] ?? 0) + count;
    sums.withoutName += part.withoutName;
    sums.succeeded += part.succeeded;
  }

  /** Names as they are to be shown. */
  showHosts(hosts: ReadonlyMap<string, ShownHost>): void {
    for (const [scope, part] of this.#parts)
      if (part.host !== undefined) part.host = hosts.get(scope)?.name ?? part.host;
  }

  #new(wanted: string, { host, hostId, capture }: OnHost): Sums {
    const hasRoom = this.#parts.size < MAX_HOSTS;
    const scope = hasRoom ? wanted : OTHER_HOSTS;
    // Of those beyond, it is not known which host they are of.
    const whose = hasRoom
      ? { host, hostId, capture }
      : { host: undefined, hostId: undefined, capture: scope };
    const known = this.#parts.get(scope);
    if (known !== undefined) return known;
    const sums = { ...whose, counts: KINDS.map(() => 0), withoutName: 0, succeeded: 0 };
    this.#parts.set(scope, sums);
    return sums;
  }
}
