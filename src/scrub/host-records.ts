import type { HostRecord } from '../bpf/records.ts';
import { maskImage } from '../secrets.ts';

/** Longest image and task (schemas/record.schema.json), and path. */
const MAX_REFERENCE = 1024;
const MAX_PATH = 4096;

/** Every field, named: one that is new has to be judged here before it is handed on. */
type Considered<T> = { [K in keyof Required<T>]: T[K] };

/**
 * What the host said, as it may be handed on.
 *
 * @param text a text as any output shows it, names replaced where they are to be; of a path the same as of a process'
 */
export function scrubHostRecord(
  record: HostRecord,
  text: <T extends string | undefined>(value: T, maximum?: number) => T | string,
): HostRecord {
  switch (record.type) {
    case 'program': {
      const { type, time, mntns, manager } = record;
      const kept: Considered<typeof record> = {
        type,
        time,
        path: text(record.path, MAX_PATH),
        mntns,
        package: text(record.package),
        version: text(record.version),
        manager,
        after_packet: undefined,
      };
      return kept;
    }
    case 'container': {
      const { type, time, runtime, orchestrator, init_pid } = record;
      const kept: Considered<typeof record> = {
        type,
        time,
        container_id: text(record.container_id),
        name: text(record.name),
        image: text(record.image && maskImage(record.image), MAX_REFERENCE),
        runtime,
        orchestrator,
        pod: text(record.pod),
        namespace: text(record.namespace),
        pod_id: text(record.pod_id),
        task: text(record.task, MAX_REFERENCE),
        init_pid,
        after_packet: undefined,
      };
      return kept;
    }
    case 'unit': {
      const { type, time, user_manager } = record;
      const kept: Considered<typeof record> = {
        type,
        time,
        unit: text(record.unit),
        user_manager,
        timer: text(record.timer),
        after_packet: undefined,
      };
      return kept;
    }
    case 'user': {
      const { type, time, user_id } = record;
      const kept: Considered<typeof record> = {
        type,
        time,
        user_id,
        name: text(record.name),
        after_packet: undefined,
      };
      return kept;
    }
  }
}
