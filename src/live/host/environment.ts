import type { Orchestrator } from '../../bpf/records.ts';
import { readBytes } from '../procfs/files.ts';

const MAX_BYTES = 256 * 1024;
/** Of the variables, these are looked for; no value leaves this function, and no other name is read. */
const MARKS: readonly (readonly [start: string, Orchestrator])[] = [
  ['ECS_CONTAINER_METADATA_URI=', 'ecs'],
  ['ECS_CONTAINER_METADATA_URI_V4=', 'ecs'],
  ['AWS_EXECUTION_ENV=AWS_ECS_', 'ecs'],
  ['KUBERNETES_SERVICE_HOST=', 'kubernetes'],
  ['KUBERNETES_PORT=', 'kubernetes'],
];

/** What a process of a container was told of whoever runs it; it may have been told anything. */
export function orchestratorOf(proc: string, pid: number): Orchestrator | undefined {
  const bytes = readBytes(`${proc}/${pid}/environ`, MAX_BYTES);
  if (typeof bytes === 'string') return undefined;
  const text = `\0${bytes.toString('latin1')}`;
  return MARKS.find(([start]) => text.includes(`\0${start}`))?.[1];
}
