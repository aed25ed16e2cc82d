import type { ContainerFacts, HostDirectory, PackageFacts, Process, ProcessFacts } from '../model.ts';
import { maskImage, maskText } from '../secrets.ts';
import { containerOfPath, namedByUser, userManagerOf } from './cgroup-path.ts';
import { scriptFile } from './program.ts';
import { startedFrom } from './started-from.ts';

interface Kept {
  revision: number;
  facts: ProcessFacts;
}

/**
 * What is known of processes beside what the kernel told: answers of the host, which may come after a
 * call, and what follows from both. The same object as long as nothing new was answered.
 */
export class FactViews {
  readonly #kept = new WeakMap<Process, Kept>();

  /** @param process as it was recorded, not as it is shown */
  of(process: Process): ProcessFacts {
    const revision = process.directory?.revision ?? 0;
    const kept = this.#kept.get(process);
    if (kept?.revision === revision) return kept.facts;
    const facts = masked(process.facts ?? factsOf(process));
    // Of others, an answer is no reason to make anything anew.
    const same = kept !== undefined && JSON.stringify(kept.facts) === JSON.stringify(facts);
    const next = { revision, facts: same ? kept.facts : facts };
    this.#kept.set(process, next);
    return next.facts;
  }
}

function factsOf(process: Process): ProcessFacts {
  const { directory, cgroupPath = '' } = process;
  const container = containerOf(process, directory);
  const isOnHost = container === undefined && process.containerId === undefined;
  // In a container, the same uid is another user, and the same unit is of another manager.
  const userName = (uid: string | undefined) =>
    uid === undefined || !isOnHost ? undefined : directory?.users.get(uid);
  const unit = userManagerOf(cgroupPath) === undefined ? process.unit : `user ${process.unit}`;
  const timer = unit === undefined || !isOnHost ? undefined : directory?.timers.get(unit);
  const userText = (uid: string) =>
    userName(uid) ?? (uid === process.userId ? process.userName : undefined) ?? `uid ${uid}`;
  return {
    package: packageOf(process, directory),
    container,
    timer,
    userName: process.userName ?? userName(process.userId),
    startedFrom: startedFrom({ process, container, timer, userText }),
    namedBy: namedByUser(cgroupPath),
  };
}

/** Of what is to be fixed: the script where an interpreter runs one, and not the interpreter. */
function packageOf(process: Process, directory: HostDirectory | undefined): PackageFacts | undefined {
  if (directory === undefined || process.isChroot === true) return undefined;
  const path = scriptFile(process) ?? process.executable;
  return (path && directory.packages.get(`${process.mountNamespace ?? ''} ${path}`)) || undefined;
}

function containerOf(
  { containerId, cgroupPath }: Process,
  directory: HostDirectory | undefined,
): ContainerFacts | undefined {
  const known = containerId === undefined ? undefined : directory?.containers.get(containerId);
  const ofPath = cgroupPath === undefined ? undefined : containerOfPath(cgroupPath);
  if (known === undefined || ofPath === undefined) return known ?? ofPath;
  return { ...ofPath, ...defined(known) };
}

function defined<T extends object>(facts: T): Partial<T> {
  const known: Partial<T> = { ...facts };
  for (const name of Object.keys(known)) {
    if (Reflect.get(known, name) === undefined) Reflect.deleteProperty(known, name);
  }
  return known;
}

/** Without what is secret of it. */
export function masked(facts: ProcessFacts): ProcessFacts {
  const { container, userName } = facts;
  return {
    package: facts.package && maskedTexts(facts.package),
    container: container && {
      ...maskedTexts({ ...container, image: undefined }),
      image: container.image && maskImage(container.image),
    },
    timer: facts.timer && maskText(facts.timer),
    userName: userName && maskText(userName),
    startedFrom: facts.startedFrom && maskText(facts.startedFrom),
    namedBy: facts.namedBy,
  };
}

function maskedTexts<T extends object>(fields: T): T {
  const copy = { ...fields };
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'string') Object.assign(copy, { [name]: maskText(value) });
  }
  return copy;
}
