import type { Host } from '../model.ts';
import { maskText } from '../secrets.ts';
import { objectOf, shortTextOf } from './json-object.ts';

const MAX_KEPT = 16_384;

/** Hosts recur in events: each is one object, so that what is made of it is made once. */
export class EventHosts {
  readonly #hosts = new Map<string, Host>();

  host(value: unknown): Host | undefined {
    const json = objectOf(value);
    if (json === undefined) return undefined;
    const [id, name, bootId] = [json.id, json.name, objectOf(json.boot)?.id].map((text) => shortTextOf(text));
    const key = `${id}\n${name}\n${bootId}`;
    let host = this.#hosts.get(key);
    if (host === undefined) {
      host = { id: id && maskText(id), name: name && maskText(name), bootId };
      if (this.#hosts.size >= MAX_KEPT) this.#hosts.clear();
      this.#hosts.set(key, host);
    }
    return host;
  }
}
