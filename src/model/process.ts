import type { Nanoseconds } from './base.ts';

/** (pid, start time) is the identity of a process; a bare pid is reused. */
export interface ProcessId {
  pid: number;
  /** Nanoseconds since boot, decimal: the kernel's start_boottime. */
  start: string;
}

export interface ProcessIdentity extends ProcessId {
  /** Absent where only (pid, start) of an ancestor is known. */
  name?: string | undefined;
  executable?: string | undefined;
  /** Bytes that are not UTF-8 stand as `\xNN`. Hostile; secrets are still in it. */
  args?: readonly string[] | undefined;
  argsTruncated?: boolean | undefined;
  userId?: string | undefined;
  userName?: string | undefined;
  loginUserId?: string | undefined;
  cgroupPath?: string | undefined;
  containerId?: string | undefined;
  /** systemd unit: `nginx.service`. */
  unit?: string | undefined;
  /** Its pid in its own pid namespace: that of a container's entrypoint is 1. */
  namespacePid?: number | undefined;
  /** Inode of its mount namespace: what a path of it means. */
  mountNamespace?: number | undefined;
  /** Its root is not that of its mount namespace: its paths mean something else. */
  isChroot?: boolean | undefined;
}

/** A package of the distribution. */
export interface PackageFacts {
  name: string;
  version?: string | undefined;
  /** `dpkg` or `rpm`. */
  manager?: string | undefined;
}

export interface ContainerFacts {
  name?: string | undefined;
  /** As it was asked for: `docker.io/library/nginx:1.25`. */
  image?: string | undefined;
  /** `docker`, `containerd`, `cri-o`, `podman`, `lxc`, `systemd-nspawn`. */
  runtime?: string | undefined;
  /** `kubernetes` or `ecs`. */
  orchestrator?: string | undefined;
  podName?: string | undefined;
  podNamespace?: string | undefined;
  podId?: string | undefined;
  /** ECS: id or ARN of the task. */
  task?: string | undefined;
  /** pid of its entrypoint on the host. */
  initPid?: number | undefined;
}

/**
 * What was looked up on the host, of all processes of one session. It grows while the journal is read, also
 * after a call was told: a report that is made at the end has what was known by then.
 */
export interface HostDirectory {
  /** Grows with every answer that says something new. */
  readonly revision: number;
  /** By inode of the mount namespace (empty where unknown), a blank and the path. */
  readonly packages: ReadonlyMap<string, PackageFacts>;
  /** By container id. */
  readonly containers: ReadonlyMap<string, ContainerFacts>;
  /** The timer that triggers a unit, by the unit's name; of a user's manager with `user ` before it. */
  readonly timers: ReadonlyMap<string, string>;
  /** Names by uid. */
  readonly users: ReadonlyMap<string, string>;
}

/** What is known of a process by what was looked up on the host, and by where it stands among others. */
export interface ProcessFacts {
  package?: PackageFacts | undefined;
  container?: ContainerFacts | undefined;
  timer?: string | undefined;
  userName?: string | undefined;
  /** What started it, in a few words: `cron`, `timer apt-daily.timer`, `ssh session of deploy`. */
  startedFrom?: string | undefined;
  /** uid of the user who chose the names of its unit and container; undefined where that was the system. */
  namedBy?: string | undefined;
}

export interface Process extends ProcessIdentity {
  /** Start as wall-clock time, when the boot time is known. */
  startTime?: Nanoseconds | undefined;
  /** Its `process.entity_id`, where it was read from saved events, which do not have `start`. */
  entityId?: string | undefined;
  /** Where answers of the host about it stand, or will. */
  directory?: HostDirectory | undefined;
  /** The same where it was read from saved events, which have the answers. */
  facts?: ProcessFacts | undefined;
  /** Nearest first, up to pid 1. */
  ancestors: readonly ProcessIdentity[];
  /**
   * The same object for processes of which nothing differs but pids, ids and start, their own and those of their
   * ancestors: what is made of the rest is made once. Undefined where that is not known.
   */
  alike?: object | undefined;
}
