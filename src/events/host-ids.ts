import type { OnHost } from '../callers/types.ts';
import type { Host } from '../model.ts';

const NONE: readonly string[] = [];

/** Ids of hosts by name, as a file tells them: callers of earlier versions have the name alone. */
export class HostIds {
  readonly #ids = new Map<string, string[]>();
  /** Names of hosts without an id. */
  readonly #withoutId = new Set<string>();

  add({ id, name }: Host): void {
    const key = name?.toLowerCase();
    if (key === undefined) return;
    const ids = this.#ids.get(key);
    if (id === undefined) this.#withoutId.add(key);
    else if (ids === undefined) this.#ids.set(key, [id]);
    else if (!ids.includes(id)) ids.push(id);
  }

  /** More than one where hosts share the name; none where nobody told. */
  of(name: string | undefined): readonly string[] {
    return this.#ids.get(name?.toLowerCase() ?? '') ?? NONE;
  }

  /** Undefined where it is not one host alone that has the name. */
  only(name: string | undefined): string | undefined {
    const [id, ...others] = this.of(name);
    return others.length > 0 || this.#withoutId.has(name?.toLowerCase() ?? '') ? undefined : id;
  }

  /** With the id of its host, where the file tells it. */
  complete<C extends OnHost>(caller: C): C {
    const hostId = caller.hostId ?? this.only(caller.host);
    return hostId === caller.hostId ? caller : { ...caller, hostId };
  }
}
