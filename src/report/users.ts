import type { Process } from '../model.ts';
import { maskText } from '../secrets.ts';

/** Of POSIX: whatever its name is on a host, uid 0 may do all that root may. */
const ROOT_UID = '0';
export const ROOT = 'root';

const MAX_KNOWN = 4096;

/** A user as a report names it, and by which it is grouped. */
export function userText(uid: string | undefined, name: string | undefined): string | undefined {
  return name ?? (uid === ROOT_UID ? ROOT : uid);
}

/** What tells users apart: the first calls of a session may have the uid alone, and later ones the name too. */
export function userKey(uid: string | undefined, name: string | undefined): string {
  return uid ?? (name === ROOT ? ROOT_UID : name) ?? '';
}

/** Every text by which a filter may mean this user. */
export function userAliases(uid: string | undefined, text: string | undefined): string[] {
  const aliases = [text, uid, text === ROOT ? ROOT_UID : undefined, uid === ROOT_UID ? ROOT : undefined];
  return [...new Set(aliases.filter((alias) => alias !== undefined))];
}

/**
 * Names of uids, by host, as calls told them: the name may come after the first calls of a program, and be known of
 * another one. Not of containers, whose users are others.
 */
export class UserNames {
  readonly #names = new Map<string, string>();

  learn(scope: string, { userId, userName, facts, containerId }: Process): void {
    const name = userName ?? facts?.userName;
    if (userId === undefined || name === undefined || containerId !== undefined) return;
    const key = `${userId} ${scope}`;
    const known = this.#names.get(key);
    // In whatever order they are read, the same one is kept.
    if (known === undefined ? this.#names.size < MAX_KNOWN : name < known) this.#names.set(key, name);
  }

  nameOf(scope: string, { userId, containerId }: Process): string | undefined {
    if (userId === undefined || containerId !== undefined) return undefined;
    const name = this.#names.get(`${userId} ${scope}`);
    return name && maskText(name);
  }
}
