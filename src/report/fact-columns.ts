/** What was looked up on the host of a process, as columns show it, and back. */
import type { LookedUp } from '../callers/types.ts';
import type { ContainerFacts, PackageFacts, ProcessFacts } from '../model.ts';

export const LOOKED_UP = [
  'package',
  'image',
  'pod',
  'container_name',
  'timer',
] as const satisfies readonly (keyof LookedUp)[];

/** What may be known of one process of a program, and not of another. */
export function lookedUp(facts: ProcessFacts | undefined): LookedUp {
  return {
    package: packageText(facts?.package),
    image: facts?.container?.image,
    pod: podText(facts?.container),
    container_name: facts?.container?.name,
    timer: facts?.timer,
  };
}

/** The last columns of both kinds of rows. */
export function factColumns(facts: ProcessFacts | undefined) {
  return { ...lookedUp(facts), started_from: facts?.startedFrom };
}

/** Such that the columns show the same again. */
export function factsOf({
  package: packaged,
  image,
  pod,
  container_name: ofContainer,
  timer,
}: LookedUp): ProcessFacts {
  // A name of a package has no blank in it.
  const [name = '', ...version] = packaged?.split(' ') ?? [];
  const slash = pod?.indexOf('/') ?? -1;
  const place =
    pod !== undefined && slash > 0 && !pod.startsWith('arn:')
      ? { podNamespace: pod.slice(0, slash), podName: pod.slice(slash + 1) }
      : { podId: pod };
  return {
    package: name === '' ? undefined : { name, version: version.join(' ') || undefined },
    container:
      image === undefined && pod === undefined && ofContainer === undefined
        ? undefined
        : { image, name: ofContainer, ...place },
    timer,
  };
}

/** `curl 7.88.1-10+deb12u14`. */
function packageText(known: PackageFacts | undefined): string | undefined {
  return known && (known.version === undefined ? known.name : `${known.name} ${known.version}`);
}

/** `default/web-5d8f`, else what tells the pod or the task from others. */
function podText(container: ContainerFacts | undefined): string | undefined {
  const { podName, podNamespace, podId, task } = container ?? {};
  if (podName === undefined) return podId ?? task;
  return podNamespace === undefined ? podName : `${podNamespace}/${podName}`;
}
