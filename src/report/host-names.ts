import { MAX_HOSTS } from '../callers/host-part.ts';
import type { Host, Nanoseconds } from '../model.ts';

/** Characters of an id that are shown: more where that does not tell two hosts apart. */
const SHORT_ID = 8;

/**
 * What tells hosts, or captures whose host is not known, apart: the id, which stays when a host gets its name or
 * another one; without an id the name, in whatever case; else the capture's name.
 */
export function scopeOf(host: Host | undefined, capture: string): string {
  // An empty text tells nothing apart.
  return host?.id || host?.name?.toLowerCase() || capture;
}

/** Of a host as it is to be shown. */
export interface ShownHost {
  id: string | undefined;
  /** The latest, and the id where it has none. */
  name: string;
  /** With a part of the id where another host has the same name. */
  label: string;
}

interface KnownHost {
  id: string | undefined;
  name: string | undefined;
  time: Nanoseconds;
}

/** Names of hosts: one may have several in the course of time, and several may have the same. */
export class HostNames {
  readonly #hosts = new Map<string, KnownHost>();
  /** Those that have a name now, by it in lower case. */
  readonly #named = new Map<string, Set<string>>();

  /** A host was called so at that time. */
  add(host: Host | undefined, time: Nanoseconds): void {
    if (host === undefined) return;
    const { id, name } = host;
    const scope = scopeOf(host, '');
    const known = this.#hosts.get(scope);
    if (known === undefined) {
      if (this.#hosts.size < MAX_HOSTS) this.#set(scope, { id, name, time });
      return;
    }
    if (name === undefined) return;
    // Of two at the same time, the same one is taken in whatever order they are read.
    const isLater = time > known.time || (time === known.time && name > (known.name ?? ''));
    if (known.name === undefined || isLater) this.#set(scope, { id, name, time });
  }

  /** The id of the one host that is known by a name; undefined for none, and for several. */
  idOf(name: string): string | undefined {
    const scopes = this.#named.get(name.toLowerCase());
    if (scopes?.size !== 1) return undefined;
    const [scope = ''] = scopes;
    return this.#hosts.get(scope)?.id;
  }

  #set(scope: string, host: KnownHost): void {
    this.#unname(scope);
    this.#hosts.set(scope, host);
    const name = host.name?.toLowerCase();
    if (name === undefined) return;
    const scopes = this.#named.get(name);
    if (scopes === undefined) this.#named.set(name, new Set([scope]));
    else scopes.add(scope);
  }

  /** Names that nobody has any more are let go of: a host may have had any number of them. */
  #unname(scope: string): void {
    const name = this.#hosts.get(scope)?.name?.toLowerCase() ?? '';
    const scopes = this.#named.get(name);
    if (scopes?.delete(scope) && scopes.size === 0) this.#named.delete(name);
  }

  /** As they are to be shown, by what tells them apart. */
  shown(scopes: Iterable<string>): Map<string, ShownHost> {
    const shown = new Map<string, ShownHost>();
    const alike = new Map<string, ShownHost[]>();
    for (const scope of scopes) {
      const { id, name = scope } = this.#hosts.get(scope) ?? { id: undefined };
      const host = { id, name, label: name };
      shown.set(scope, host);
      const others = alike.get(name.toLowerCase());
      if (others === undefined) alike.set(name.toLowerCase(), [host]);
      else others.push(host);
    }
    for (const hosts of alike.values()) if (hosts.length > 1) label(hosts);
    return shown;
  }
}

function label(hosts: readonly ShownHost[]): void {
  const counts = new Map<string, number>();
  for (const { id = '' } of hosts) {
    const short = id.slice(0, SHORT_ID);
    counts.set(short, (counts.get(short) ?? 0) + 1);
  }
  for (const host of hosts) {
    const { id, name } = host;
    if (id === undefined) continue;
    const short = id.slice(0, SHORT_ID);
    host.label = `${name} (${counts.get(short) === 1 ? short : id})`;
  }
}
