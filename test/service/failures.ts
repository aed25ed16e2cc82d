/** Trials of what goes wrong. */
import assert from 'node:assert/strict';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { callSeen } from './calls.ts';
import { override, type Place, prebuilt, processes, restarted, signal } from './observe.ts';
import { PROGRAM } from './program.ts';

export async function killed({ root, machine }: Place): Promise<string> {
  const before = machine.property('MainPID');
  const start = performance.now();
  signal(machine, 'KILL', before);
  await restarted(machine, before);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  await callSeen(root, machine, '/latest/after-kill');
  assert.equal(machine.property('NRestarts'), '1');
  return `ready again ${seconds} s later, of which systemd waits 5`;
}

export async function killedProbe({ root, machine }: Place): Promise<undefined> {
  const before = machine.property('MainPID');
  const [probe = ''] = processes(machine, 'imds-probe');
  signal(machine, 'KILL', probe);
  await restarted(machine, before);
  assert.notEqual(processes(machine, 'imds-probe')[0], probe);
  await callSeen(root, machine, '/latest/after-probe');
  const { stdout } = machine.run('journalctl', '--no-pager', '-u', 'imds.service');
  assert.match(stdout, /imds live: the probe ended \(SIGKILL\); so does this session/);
  return undefined;
}

export async function failingProbe({ root, machine }: Place): Promise<undefined> {
  const folder = prebuilt(root);
  renameSync(`${folder}/imds-probe`, `${folder}/imds-probe.away`);
  writeFileSync(`${folder}/imds-probe`, '#!/bin/sh\necho broken >&2\nexit 1\n', { mode: 0o755 });
  assert.equal(override(machine), 1);
  assert.equal(machine.property('ExecMainStatus'), '1');
  rmSync(`${folder}/imds-probe`);
  renameSync(`${folder}/imds-probe.away`, `${folder}/imds-probe`);
  await restarted(machine, '0');
  await callSeen(root, machine, '/latest/after-failure');
  return undefined;
}

export async function standingStill({ root, machine }: Place): Promise<undefined> {
  assert.equal(override(machine, 'WatchdogSec=2'), 0);
  const before = machine.property('MainPID');
  signal(machine, 'STOP', before);
  await restarted(machine, before);
  const { stdout } = machine.run('journalctl', '--no-pager', '-u', 'imds.service');
  assert.match(stdout, /Watchdog timeout/);
  await callSeen(root, machine, '/latest/after-watchdog');
  // One that does not stand still lives on, of course: twice the watchdog's time.
  const after = machine.property('MainPID');
  machine.succeed('sleep', '5');
  assert.equal(machine.property('MainPID'), after);
  assert.equal(override(machine), 0);
  return undefined;
}

export async function startLimit({ machine }: Place): Promise<undefined> {
  assert.equal(override(machine, 'ExecStart=', `ExecStart=${PROGRAM.imds} live --user root`), 1);
  await machine.until(() => machine.property('ActiveState') === 'failed', 'it to have failed for good');
  assert.equal(machine.property('ExecMainStatus'), '2');
  const { code: told, stdout } = machine.run('imds', 'service', 'status', '--json');
  assert.equal(told, 3);
  assert.equal(JSON.parse(stdout).last_result, 'exit-code');
  assert.equal(override(machine), 0);
  assert.equal(machine.property('ActiveState'), 'active');
  return undefined;
}
