import type { Host, Process, ProcessIdentity } from '../model.ts';
import { parseEventTime } from './event-time.ts';
import { integerOf, type JsonObject, objectOf, textOf, textsOf } from './json-object.ts';

const MAX_KEPT = 16_384;
/** Linux: PID_MAX_LIMIT. */
const MAX_PID = 4_194_304;
/** pid 1 is reached long before. */
const MAX_ANCESTORS = 4096;

/** Hosts and processes recur in events: each is one object, so that what is made of it is made once. */
export class EventProcesses {
  readonly #hosts = new Map<string, Host>();
  readonly #processes = new Map<string, { json: JsonObject; process: Process }>();

  host(value: unknown): Host | undefined {
    const json = objectOf(value);
    if (json === undefined) return undefined;
    const [id, name, bootId] = [textOf(json.id), textOf(json.name), textOf(objectOf(json.boot)?.id)];
    const key = `${id}\n${name}\n${bootId}`;
    let host = this.#hosts.get(key);
    if (host === undefined) {
      host = { id, name, bootId };
      keep(this.#hosts, key, host);
    }
    return host;
  }

  /** @param event with its process, container, service and ancestors; undefined where it names no process */
  process(event: JsonObject, ancestors: unknown): Process | undefined {
    const json = objectOf(event.process);
    const pid = integerOf(json?.pid, MAX_PID);
    if (json === undefined || pid === undefined) return undefined;
    const key = textOf(json.entity_id);
    const known = key === undefined ? undefined : this.#processes.get(key);
    // The same process may have become another program since.
    if (known !== undefined && isSame(known.json, json)) return known.process;
    const process: Process = {
      ...identity(json, pid),
      entityId: key,
      startTime: parseEventTime(textOf(json.start) ?? ''),
      userId: textOf(objectOf(json.user)?.id),
      userName: textOf(objectOf(json.user)?.name),
      containerId: textOf(objectOf(event.container)?.id),
      unit: textOf(objectOf(event.service)?.name),
      ancestors: identities(ancestors),
    };
    if (key !== undefined) keep(this.#processes, key, { json, process });
    return process;
  }
}

function keep<T>(kept: Map<string, T>, key: string, value: T): void {
  if (kept.size >= MAX_KEPT) kept.clear();
  kept.set(key, value);
}

function isSame(a: JsonObject, b: JsonObject): boolean {
  if (a.pid !== b.pid || a.executable !== b.executable || a.name !== b.name) return false;
  const [first, second] = [a.args, b.args];
  if (!Array.isArray(first) || !Array.isArray(second)) return first === second;
  return first.length === second.length && first.every((argument, i) => argument === second[i]);
}

function identities(value: unknown): ProcessIdentity[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, MAX_ANCESTORS).flatMap((item) => {
    const json = objectOf(item);
    const pid = integerOf(json?.pid, MAX_PID);
    return json === undefined || pid === undefined ? [] : [identity(json, pid)];
  });
}

/** Events do not have the time since boot at which a process began: see `entityId`. */
function identity(json: JsonObject, pid: number): ProcessIdentity {
  return {
    pid,
    start: '',
    name: textOf(json.name),
    executable: textOf(json.executable),
    args: textsOf(json.args),
  };
}
