import type { JournalRecord } from '../../bpf/records.ts';
import { maskArgs, maskImage, maskText } from '../../secrets.ts';

/** A record as any output shows it: masking it again changes nothing, so a replay prints the same. */
export function masked(record: JournalRecord): JournalRecord {
  switch (record.type) {
    case 'process':
      return record.args === undefined ? record : { ...record, args: maskArgs(record.args) };
    case 'probe_exit':
      return record.message === undefined ? record : { ...record, message: maskText(record.message) };
    case 'container': {
      const { name, image, pod, namespace, task } = record;
      return {
        ...record,
        name: name && maskText(name),
        image: image && maskImage(image),
        pod: pod && maskText(pod),
        namespace: namespace && maskText(namespace),
        task: task && maskText(task),
      };
    }
    case 'program':
      return {
        ...record,
        package: maskText(record.package),
        version: record.version && maskText(record.version),
      };
    default:
      return record;
  }
}
