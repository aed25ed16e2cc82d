import type { ContainerFacts, Process, ProcessIdentity } from '../model.ts';
import { sessionOf, userManagerOf } from './cgroup-path.ts';
import { baseName } from './program.ts';

/** What {@link startedFrom} goes by. */
export interface Origins {
  process: Process;
  container: ContainerFacts | undefined;
  timer: string | undefined;
  /** Name of a user of this host, else `uid N`. */
  userText(uid: string): string;
}

/** Digits of a container's id that people use. */
const ID_DIGITS = 12;

/** Runtimes' own processes, of which a container's are the children. */
const RUNTIMES = /^(?:(?:docker-)?containerd-shim[\w-]*|conmon|conmonrs|lxc-start|systemd-nspawn|dockerd)$/;
const CRON = /^(?:cron|crond|cronie|dcron|fcron|supercronic|busybox-crond|anacron|atd)$/;
const SSHD = /^(?:sshd(?:-session)?|dropbear)$/;
/** `sshd: deploy@pts/0`, `sshd: deploy [priv]`. */
const SSHD_TITLE = /^sshd(?:-session)?: ([\w.][\w.-]{0,31})(?:@| \[)/;
const CRON_FOLDER = /^\/etc\/(cron\.(?:hourly|daily|weekly|monthly))\/?$/;
const NO_UNIT =
  /^(?:user@\d+\.service|init\.scope|session-[\w-]+\.scope|systemd-nspawn@.*\.service|machine-.*\.scope)$/;

/**
 * What started a process, in a few words: the nearest of its ancestors that starts things for a reason,
 * else its unit and what triggers that. Undefined where nothing tells. An ancestor is known by its
 * executable, which it cannot choose as it can its name.
 */
export function startedFrom(origins: Origins): string | undefined {
  const { process } = origins;
  for (const [index, ancestor] of process.ancestors.entries()) {
    if (RUNTIMES.test(nameOf(ancestor))) break;
    const found = ofAncestor(ancestor, index, origins);
    if (found !== undefined) return found;
  }
  return ofContainer(origins) ?? ofUnit(origins) ?? ofInit(process);
}

function ofAncestor(ancestor: ProcessIdentity, index: number, origins: Origins): string | undefined {
  const { process } = origins;
  const name = nameOf(ancestor);
  if (CRON.test(name)) return name === 'atd' ? 'at' : cronText(name, process.ancestors.slice(0, index));
  if (SSHD.test(name)) return ofUser('ssh session', sshUser(process.ancestors.slice(index), origins));
  if (name === 'ssm-session-worker') return 'SSM session';
  if (name === 'ssm-document-worker') return 'SSM command';
  if (name === 'login') return ofUser('login', loginUser(origins));
  if (name === 'cloud-init' || scriptName(ancestor) === 'cloud-init') return 'cloud-init';
  return undefined;
}

/** `cron (cron.daily)` where a folder's scripts are run; who is between says the rest. */
function cronText(name: string, between: readonly ProcessIdentity[]): string {
  const daemon = name === 'anacron' ? 'anacron' : 'cron';
  for (const one of between) {
    const folder = one.args?.map((arg) => CRON_FOLDER.exec(arg)?.[1]).find((found) => found !== undefined);
    if (folder !== undefined && [nameOf(one), scriptName(one)].includes('run-parts'))
      return `${daemon} (${folder})`;
  }
  return daemon;
}

/** The login uid stays when one becomes another user; the title of sshd is what is left without it. */
function sshUser(from: readonly ProcessIdentity[], origins: Origins): string | undefined {
  const login = loginUser(origins);
  if (login !== undefined) return login;
  for (const ancestor of from) {
    const title = SSHD_TITLE.exec(ancestor.args?.join(' ') ?? '')?.[1];
    if (title !== undefined) return title;
  }
  return undefined;
}

function ofUser(what: string, user: string | undefined): string {
  return user === undefined ? what : `${what} of ${user}`;
}

function loginUser({ process, userText }: Origins): string | undefined {
  return process.loginUserId === undefined ? undefined : userText(process.loginUserId);
}

/** The entrypoint, or what was brought in later (`kubectl exec`, `docker exec`). */
function ofContainer(origins: Origins): string | undefined {
  const { process, container } = origins;
  const { containerId, ancestors } = process;
  if (containerId === undefined && container?.name !== undefined) {
    // A whole system: its own services start things.
    const unit = ofUnit(origins);
    return `${unit === undefined ? '' : `${unit} in `}container ${container.name}`;
  }
  const id = containerId?.slice(0, ID_DIGITS);
  if (id === undefined) return undefined;
  const runtime = ancestors.findIndex((ancestor) => RUNTIMES.test(nameOf(ancestor)));
  const inside = [process, ...(runtime < 0 ? ancestors : ancestors.slice(0, runtime))];
  if (process.namespacePid === 1) return `entrypoint of container ${id}`;
  const { initPid } = container ?? {};
  if (initPid !== undefined) {
    const isFromEntrypoint = inside.some(({ pid }) => pid === initPid);
    if (isFromEntrypoint) return `entrypoint of container ${id}`;
    if (runtime >= 0) return `exec in container ${id}`;
  }
  // A child of the runtime that is not pid 1 was brought in.
  if (runtime === 0 && process.namespacePid !== undefined) return `exec in container ${id}`;
  return `container ${id}`;
}

function ofUnit({ process, timer, userText }: Origins): string | undefined {
  const { unit, cgroupPath = '' } = process;
  if (timer !== undefined) return `timer ${timer}`;
  const manager = userManagerOf(cgroupPath);
  if (unit !== undefined && !NO_UNIT.test(unit)) {
    const kind = unit.endsWith('.service') ? 'service' : 'scope';
    return manager === undefined ? `${kind} ${unit}` : `${kind} ${unit} of ${userText(manager)}`;
  }
  const session = sessionOf(cgroupPath) ?? /^session-([\w-]+)\.scope$/.exec(unit ?? '')?.[1];
  if (session !== undefined) {
    const login = process.loginUserId;
    return login === undefined ? `session ${session}` : `session ${session} of ${userText(login)}`;
  }
  return manager === undefined ? undefined : `service manager of ${userText(manager)}`;
}

/** Nobody but the first process of the host is left. */
function ofInit({ ancestors }: Process): string | undefined {
  const [parent] = ancestors;
  return ancestors.length === 1 && parent?.pid === 1 ? 'init' : undefined;
}

/** By the file that it runs; by its name only where that is not known. */
function nameOf({ executable, name, args }: ProcessIdentity): string {
  const file = baseName((executable ?? '').replace(/ \(deleted\)$/, ''));
  if (file === 'busybox') return baseName(args?.[0] ?? '').replace(/^crond$/, 'crond');
  return file || (name ?? '').toLowerCase();
}

/** Of an interpreter's first argument: run-parts and cloud-init are scripts. */
function scriptName({ args }: ProcessIdentity): string | undefined {
  const script = args?.slice(1).find((argument) => !argument.startsWith('-'));
  return script === undefined ? undefined : baseName(script);
}
