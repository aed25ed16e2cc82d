import type { ContainerFacts, PackageFacts, Process, ProcessIdentity } from '../model.ts';
import { parseEventTime } from './event-time.ts';
import { idOf, integerOf, type JsonObject, objectOf, oneOf, textOf, textsOf } from './json-object.ts';

import { maskedName } from './masked-name.ts';

/** Linux: PID_MAX_LIMIT. */
export const MAX_PID = 4_194_304;
/** pid 1 is reached long before. */
const MAX_ANCESTORS = 4096;

/**
 * @param event with its process, package, container, orchestrator, service and attribution; undefined where it
 * names no process
 */
export function processOf(event: JsonObject, ancestors: readonly ProcessIdentity[]): Process | undefined {
  const json = objectOf(event.process);
  const pid = integerOf(json?.pid, MAX_PID);
  if (json === undefined || pid === undefined) return undefined;
  return {
    ...identity(json, pid),
    entityId: idOf(json.entity_id),
    startTime: parseEventTime(textOf(json.start) ?? ''),
    userId: maskedName(objectOf(json.user)?.id),
    userName: maskedName(objectOf(json.user)?.name),
    facts: {
      package: packageOf(objectOf(event.package)),
      container: containerOf(objectOf(event.container), objectOf(event.orchestrator)),
      timer: textOf(objectOf(event.attribution)?.timer),
      userName: maskedName(objectOf(json.user)?.name),
      startedFrom: textOf(objectOf(event.attribution)?.started_from),
      namedBy: maskedName(objectOf(event.attribution)?.named_by_user),
    },
    containerId: maskedName(objectOf(event.container)?.id),
    unit: maskedName(objectOf(event.service)?.name),
    ancestors,
    argsTruncated: isTrue(objectOf(event.attribution)?.args_truncated),
  };
}

function packageOf(json: JsonObject | undefined): PackageFacts | undefined {
  const name = textOf(json?.name);
  return name === undefined
    ? undefined
    : { name, version: textOf(json?.version), manager: oneOf(json?.type, ['dpkg', 'rpm']) };
}

function containerOf(
  container: JsonObject | undefined,
  orchestrator: JsonObject | undefined,
): ContainerFacts | undefined {
  if (container === undefined && orchestrator === undefined) return undefined;
  const resource = objectOf(orchestrator?.resource);
  const isTask = textOf(resource?.type) === 'task';
  return {
    name: textOf(container?.name),
    image: textOf(objectOf(container?.image)?.name),
    runtime: textOf(container?.runtime),
    orchestrator: textOf(orchestrator?.type),
    podName: isTask ? undefined : textOf(resource?.name),
    podNamespace: textOf(orchestrator?.namespace),
    podId: isTask ? undefined : textOf(resource?.id),
    task: isTask ? textOf(resource?.name) : undefined,
  };
}

/** @param value `imds.ancestors` */
export function ancestorsOf(value: unknown): ProcessIdentity[] {
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
    argsTruncated: isTrue(json.args_truncated),
  };
}

function isTrue(value: unknown): true | undefined {
  return value === true || undefined;
}
