import type { ContainerFacts, HostDirectory, PackageFacts } from '../model.ts';
import type { ContainerRecord, HostRecord, ProgramRecord } from './records.ts';

/** Answers of each kind that are kept; whoever asks remembers as many questions, and asks again then. */
export const MAX_ANSWERS = 1024;

/** What the records told of the host; the oldest answers leave first. */
export class Directory implements HostDirectory {
  readonly packages = new Map<string, PackageFacts>();
  readonly containers = new Map<string, ContainerFacts>();
  readonly timers = new Map<string, string>();
  readonly users = new Map<string, string>();
  readonly #records = new Map<string, { record: HostRecord; text: string }>();
  #revision = 0;

  get revision(): number {
    return this.#revision;
  }

  /** Each answer as it was told last, the oldest first. */
  *records(): Iterable<HostRecord> {
    for (const { record } of this.#records.values()) yield record;
  }

  add(record: HostRecord): void {
    const key = `${record.type} ${keyOf(record)}`;
    const text = contentOf(record);
    if (this.#records.get(key)?.text === text) return;
    this.#records.set(key, { record, text });
    this.#revision++;
    switch (record.type) {
      case 'program':
        this.#keep(record, this.packages, packageOf(record));
        return;
      case 'container':
        this.#keep(record, this.containers, containerOf(record));
        return;
      case 'unit':
        this.#keep(record, this.timers, record.timer);
        return;
      case 'user':
        this.#keep(record, this.users, record.name);
        return;
    }
  }

  #keep<T>(record: HostRecord, answers: Map<string, T>, answer: T): void {
    answers.set(keyOf(record), answer);
    const [oldest] = answers.keys();
    if (answers.size <= MAX_ANSWERS || oldest === undefined) return;
    answers.delete(oldest);
    this.#records.delete(`${record.type} ${oldest}`);
  }
}

/** What the record is about, among those of its type; see {@link HostDirectory}. */
export function keyOf(record: HostRecord): string {
  switch (record.type) {
    case 'program':
      return `${record.mntns ?? ''} ${record.path}`;
    case 'container':
      return record.container_id;
    case 'unit':
      return record.user_manager === true ? `user ${record.unit}` : record.unit;
    case 'user':
      return String(record.user_id);
  }
}

/** Without when and where it was told. */
function contentOf(record: HostRecord): string {
  return JSON.stringify({ ...record, time: undefined, after_packet: undefined });
}

function packageOf({ package: name, version, manager }: ProgramRecord): PackageFacts {
  return { name, version, manager };
}

function containerOf(record: ContainerRecord): ContainerFacts {
  const { name, image, runtime, orchestrator, task } = record;
  const { pod: podName, namespace: podNamespace, pod_id: podId, init_pid: initPid } = record;
  return { name, image, runtime, orchestrator, podName, podNamespace, podId, task, initPid };
}
