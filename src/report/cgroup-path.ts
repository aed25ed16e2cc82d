import type { ContainerFacts } from '../model.ts';

/*
 * What the names along a cgroup path tell, without any look-up. Sources: systemd's escaping of names
 * (systemd-escape(1)), kubelet's cgroup names (kubernetes, pkg/kubelet/cm), the drivers `systemd` and
 * `cgroupfs` of runc, the ECS agent's task cgroups (/ecs/TASK/ID), lxc.payload.NAME of LXC 4 and later,
 * systemd-nspawn's machine.slice.
 */

const POD =
  /(?:^|[/-])pod([0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12}|[0-9a-f]{32})(?:\.slice)?(?:[/:]|$)/;
const ECS_TASK = /(?:\/ecs\/|\/ecstasks-)([0-9a-f]{32})(?:\.slice)?(?:\/|$)/;
const LXC = /\/(?:lxc\.payload\.|lxc\/)([\w.-]{1,128})(?:\/|$)/;
const NSPAWN =
  /\/machine\.slice\/(?:systemd-nspawn@([^/]{1,128})\.service|machine-([^/]{1,128})\.scope)(?:\/|$)/;
const USER_MANAGER = /\/user@(\d{1,10})\.service(?:\/|$)/;
const USER_SLICE = /\/user-(\d{1,10})\.slice(?:\/|$)/;
const SESSION = /\/session-([\w-]{1,64})\.scope(?:\/|$)/;

/** Prefixes of the scopes that runtimes make with systemd. */
const SCOPES: readonly (readonly [RegExp, string])[] = [
  [/\/docker-[0-9a-f]{64}\.scope|\/docker\/[0-9a-f]{64}/, 'docker'],
  // With colons where kubelet names cgroups for systemd, and containerd makes them itself.
  [
    /\/cri-containerd-[0-9a-f]{64}\.scope|:cri-containerd:[0-9a-f]{64}|\/nerdctl-[0-9a-f]{64}\.scope/,
    'containerd',
  ],
  [/\/crio-[0-9a-f]{64}(?:\.scope)?/, 'cri-o'],
  [/\/libpod-(?:payload-)?[0-9a-f]{64}(?:\.scope)?(?:\/|$)/, 'podman'],
];

/** Undefined where the path is of no container. */
export function containerOfPath(path: string): ContainerFacts | undefined {
  const pod = POD.exec(path)?.[1]?.replaceAll('_', '-');
  const task = ECS_TASK.exec(path)?.[1];
  const runtime = SCOPES.find(([pattern]) => pattern.test(path))?.[1];
  if (pod !== undefined) return { runtime, orchestrator: 'kubernetes', podId: pod };
  if (task !== undefined) return { runtime, orchestrator: 'ecs', task };
  const lxc = LXC.exec(path)?.[1];
  if (lxc !== undefined) return { runtime: 'lxc', name: lxc };
  const [, service, scope] = NSPAWN.exec(path) ?? [];
  const machine = service ?? scope;
  if (machine !== undefined) return { runtime: 'systemd-nspawn', name: unescaped(machine) };
  return runtime === undefined ? undefined : { runtime };
}

/** uid of the service manager that the unit is one of, where that is not the system's. */
export function userManagerOf(path: string): string | undefined {
  return USER_MANAGER.exec(path)?.[1];
}

/** uid of the user below whose slice or service manager it is: who chooses the names of what is below as he likes. */
export function namedByUser(path: string): string | undefined {
  return userManagerOf(path) ?? USER_SLICE.exec(path)?.[1];
}

/** Number of the login session: `12` of `session-12.scope`. */
export function sessionOf(path: string): string | undefined {
  return SESSION.exec(path)?.[1];
}

/** `a-b` of `a\x2db`. */
function unescaped(name: string): string {
  return name.replace(/\\x([0-9a-f]{2})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}
