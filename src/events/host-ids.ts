import type { Host } from '../model.ts';

const NONE: readonly string[] = [];

/** Ids of hosts by name, as a file tells them: its callers, which were counted before, have the name alone. */
export class HostIds {
  readonly #ids = new Map<string, string[]>();

  add({ id, name }: Host): void {
    if (id === undefined || name === undefined) return;
    const ids = this.#ids.get(name);
    if (ids === undefined) this.#ids.set(name, [id]);
    else if (!ids.includes(id)) ids.push(id);
  }

  /** More than one where hosts share the name; none where nobody told. */
  of(name: string | undefined): readonly string[] {
    return this.#ids.get(name ?? '') ?? NONE;
  }
}
