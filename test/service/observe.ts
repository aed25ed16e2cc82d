/** What trials ask of the machine and its service, and do to them. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import type { ServiceStatus } from '../../src/service/status.ts';
import type { HostRoot } from '../packages/roots.ts';
import type { Machine } from './machine.ts';
import { PROGRAM } from './program.ts';

export const DROP_IN = '/run/systemd/system/imds.service.d';

export interface Place {
  root: HostRoot;
  machine: Machine;
}

/** Folder of what is compiled, in the program. */
export function prebuilt(root: HostRoot): string {
  const folder = root.path(`${PROGRAM.folder}/prebuilt`);
  const [architecture = ''] = readdirSync(folder);
  return `${folder}/${architecture}`;
}

/** What `imds service status --json` says. */
export function statusOf(machine: Machine): ServiceStatus {
  return JSON.parse(machine.succeed('imds', 'service', 'status', '--json'));
}

export async function restarted(machine: Machine, before: string): Promise<void> {
  const isReady = () => {
    const [state, pid] = [machine.property('ActiveState'), machine.property('MainPID')];
    return state === 'active' && pid !== '0' && pid !== before;
  };
  await machine.until(isReady, 'the service to be ready again');
}

/** Starts it anew with these settings instead of the unit's, until the next call; gives the exit code of that. */
export function override(machine: Machine, ...settings: readonly string[]): number | null {
  const text = `[Service]\\n${settings.join('\\n')}\\n`;
  machine.succeed('sh', '-c', `mkdir -p ${DROP_IN} && printf '${text}' > ${DROP_IN}/trial.conf`);
  machine.succeed('systemctl', 'daemon-reload');
  machine.run('systemctl', 'reset-failed', 'imds.service');
  return machine.run('systemctl', 'restart', 'imds.service').code;
}

/** Of the unit's processes, as proc(5) has it. */
export function niceness(machine: Machine): string[] {
  const words =
    'for pid in $(cat /sys/fs/cgroup/system.slice/imds.service/cgroup.procs); do cat /proc/$pid/stat; done';
  const lines = machine.succeed('sh', '-c', words).trim().split('\n');
  // Fields after the name, which is in parentheses and may hold blanks; the 19th of all.
  return lines.map((line) => line.slice(line.lastIndexOf(')') + 2).split(' ')[16] ?? '');
}

/** To one process: what is no pid of one would be a group of them, which is this test's own. */
export function signal(machine: Machine, name: string, pid: string): void {
  assert.match(pid, /^[1-9]\d*$/);
  machine.succeed('sh', '-c', `kill -${name} ${pid}`);
}

export function processes(machine: Machine, name: string): string[] {
  const { stdout } = machine.run('sh', '-c', `grep -lx ${name} /proc/[0-9]*/comm`);
  return [...stdout.matchAll(/\/proc\/(\d+)\//g)].map(([, pid = '']) => pid);
}

/** Of the process that runs now. */
export function readyLines(machine: Machine): number {
  const pid = machine.property('MainPID');
  const { stdout } = machine.run('journalctl', '--no-pager', `_PID=${pid}`);
  return stdout.match(/imds live: ready/g)?.length ?? 0;
}
