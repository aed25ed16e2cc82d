/** What has to hold of the service on a machine that has booted with it; in this order, each from where the last left it. */
import assert from 'node:assert/strict';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { callSeen, callsTo } from './calls.ts';
import { failingProbe, killed, killedProbe, standingStill, startLimit } from './failures.ts';
import {
  DROP_IN,
  niceness,
  override,
  type Place,
  prebuilt,
  processes,
  readyLines,
  statusOf,
} from './observe.ts';
import { PROGRAM } from './program.ts';

/** Figures to print, where there are some. */
type Trial = (place: Place) => Promise<string | undefined>;

const UNIT = '/etc/systemd/system/imds.service';
const LOGS = 'var/log/imds';

export const TRIALS: Readonly<Record<string, Trial>> = {
  'calls during boot are in the log': duringBoot,
  'status tells what it has seen': status,
  'a killed process is started again': killed,
  'a killed probe ends it, and it is started again': killedProbe,
  'one whose probe fails to start is started again': failingProbe,
  'one that stands still is started again': standingStill,
  'SIGHUP by reload opens the logs anew': reload,
  'it is not started again and again for nothing': startLimit,
  'metrics are read where it may listen': metrics,
  'a stop is clean': stopped,
  'a second installation changes nothing, and a changed unit is kept': again,
  'without the add-on it runs, and systemd does not wait for it': withoutAddOn,
  'the predecessor gives way, and its logs stay': predecessor,
  'an uninstallation leaves logs, and with --purge no file': uninstalled,
};

async function duringBoot({ root, machine }: Place): Promise<string> {
  for (const name of ['cloud-init-local', 'cloud-init']) {
    const path = `/latest/meta-data/${name}`;
    await machine.until(() => callsTo(root, path).length > 0, `the call to ${path} in the log`);
    const [call, ...more] = callsTo(root, path);
    assert.deepEqual(more, []);
    assert.equal(call?.imds.version, 'v1');
    assert.equal(call?.http?.response?.status_code !== undefined, true);
    assert.deepEqual(call?.process?.args, ['/bin/bash', '/early.sh', path]);
    assert.equal(call?.attribution.source, 'ebpf');
  }
  const { stdout } = machine.run('journalctl', '--no-pager', '--boot');
  assert.doesNotMatch(stdout, /ordering cycle|Unknown (?:key|lvalue)/);
  assert.equal(statSync(root.path(LOGS)).mode & 0o777, 0o700);
  assert.notEqual(statSync(root.path(LOGS)).uid, 0);
  // The process that asks the host for packages gives way: setpriority is let through.
  assert.ok(niceness(machine).includes('10'), niceness(machine).join());
  // From the start of the process to what systemd was told: what a boot waits for it.
  const began = Number(machine.property('InactiveExitTimestampMonotonic'));
  const ready = Number(machine.property('ActiveEnterTimestampMonotonic'));
  const userspace = Number(
    machine.succeed('systemctl', 'show', '--value', '--property=UserspaceTimestampMonotonic'),
  );
  return `ready ${ms(ready - began)} after its start and ${ms(ready - userspace)} after systemd's`;
}

function ms(microseconds: number): string {
  return `${(microseconds / 1000).toFixed(0)} ms`;
}

async function status({ machine }: Place): Promise<undefined> {
  await machine.until(() => (statusOf(machine).session?.calls.v1 ?? 0) >= 2, 'two calls in the status');
  const told = statusOf(machine);
  const { since = '', pid, session, ...rest } = told;
  assert.deepEqual(rest, {
    installed: true,
    unit: UNIT,
    written_by: 'imds service install',
    enabled: true,
    running: true,
    ready: true,
    state: 'active (running)',
    restarts: 0,
  });
  assert.ok(Math.abs(Date.now() - Date.parse(since)) < 120_000, since);
  assert.equal(String(pid), machine.property('MainPID'));
  assert.deepEqual(session, {
    // The machine is a container, to which the host's cgroups were not given.
    views: 'sockets (of this container alone), wire (any)',
    attribution: 'ebpf',
    calls: { v1: 2, v2: 0, unknown: 0, foreign: 0, attempt: 0 },
    callers: session?.callers,
    lost: 0,
  });
  // Nobody in particular may look, and change nothing.
  const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', 'imds', 'service'];
  assert.match(machine.succeed(...nobody, 'status'), /ready since .*\n[\s\S]*v1 2 · v2 0/);
  const refused = machine.run(...nobody, 'uninstall');
  assert.equal(refused.code, 5);
  assert.match(
    refused.stderr,
    /^imds service uninstall: a service can be changed by root alone\. Run it with sudo/,
  );
  return undefined;
}

async function reload({ root, machine }: Place): Promise<undefined> {
  const file = root.path(`${LOGS}/imds-calls.jsonl`);
  renameSync(file, `${file}.moved`);
  machine.succeed('systemctl', 'reload', 'imds.service');
  await machine.until(() => existsSync(file), 'a new log');
  await callSeen(root, machine, '/latest/after-reload');
  assert.equal(machine.property('ActiveState'), 'active');
  return undefined;
}

async function metrics({ machine }: Place): Promise<undefined> {
  // As docs/service.md has it.
  const listening = ['RestrictAddressFamilies=AF_INET AF_INET6', 'IPAddressAllow=localhost'];
  const command = `ExecStart=${PROGRAM.imds} live --quiet --metrics 127.0.0.1:9469`;
  assert.equal(override(machine, 'ExecStart=', command, ...listening), 0);
  const ask = "exec 3<> /dev/tcp/127.0.0.1/9469; printf 'GET /metrics HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3";
  assert.match(machine.succeed('bash', '-c', ask), /^imds_\w+ /m);
  // Without that it says why it ends, and systemd does not try again.
  assert.equal(override(machine, 'ExecStart=', command), 1);
  assert.match(
    machine.run('journalctl', '--no-pager', '-u', 'imds.service', '-n', '20').stdout,
    /imds live: .*9469/,
  );
  assert.equal(override(machine), 0);
  return undefined;
}

async function stopped({ machine }: Place): Promise<undefined> {
  machine.succeed('systemctl', 'stop', 'imds.service');
  assert.deepEqual(
    ['ActiveState', 'Result', 'ExecMainStatus'].map((name) => machine.property(name)),
    ['inactive', 'success', '0'],
  );
  assert.deepEqual(processes(machine, 'imds-probe'), []);
  assert.equal(machine.run('imds', 'service', 'status').code, 3);
  return undefined;
}

async function again({ root, machine }: Place): Promise<undefined> {
  const install = ['imds', 'service', 'install', '--program', PROGRAM.imds];
  assert.match(machine.succeed(...install), /^systemctl start imds.service\n/);
  assert.match(machine.succeed(...install), /^nothing to do: /);
  const file = root.path(UNIT);
  const text = readFileSync(file, 'utf8');
  appendFileSync(file, '# mine\n');
  const kept = machine.run(...install);
  assert.match(kept.stderr, /was changed by hand, and is kept; --force writes it anew/);
  assert.equal(readFileSync(file, 'utf8'), `${text}# mine\n`);
  const before = machine.property('MainPID');
  assert.match(machine.succeed(...install, '--force'), /^systemctl restart imds.service$/m);
  assert.equal(readFileSync(file, 'utf8'), text);
  assert.notEqual(machine.property('MainPID'), before);
  return undefined;
}

async function withoutAddOn({ root, machine }: Place): Promise<undefined> {
  const file = `${prebuilt(root)}/sd-notify.node`;
  renameSync(file, `${file}.away`);
  machine.succeed('imds', 'service', 'install');
  assert.equal(machine.property('Type'), 'exec');
  assert.equal(machine.property('WatchdogUSec'), '0');
  await machine.until(() => processes(machine, 'imds-probe').length > 0, 'the probe');
  await machine.until(() => readyLines(machine) > 0, 'the ready line');
  await callSeen(root, machine, '/latest/without-add-on');
  assert.equal(statusOf(machine).ready, undefined);
  renameSync(`${file}.away`, file);
  machine.succeed('imds', 'service', 'install');
  assert.equal(machine.property('Type'), 'notify');
  return undefined;
}

async function predecessor({ root, machine }: Place): Promise<undefined> {
  machine.succeed('imds', 'service', 'uninstall', '--purge');
  writeFileSync(
    root.path('etc/systemd/system/imds_tracer_tool.service'),
    '[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n',
  );
  mkdirSync(root.path(LOGS), { mode: 0o700 });
  const line = '[2026-01-15T10:02:00] [WARNING] IMDSv1(!) (pid:1:old argv:old)\n';
  for (const name of ['imds-trace.log', 'imds-trace.log.1'])
    writeFileSync(root.path(`${LOGS}/${name}`), line);
  machine.succeed('systemctl', 'daemon-reload');
  machine.succeed('systemctl', 'enable', '--now', 'imds_tracer_tool.service');
  const told = machine.run('imds', 'service', 'install', '--dry-run');
  assert.match(told.stderr, /imds_tracer_tool\.service \(aws-imds-packet-analyzer\) is running/);
  machine.succeed('imds', 'service', 'install', '--replace-predecessor');
  assert.equal(machine.property('ActiveState', 'imds_tracer_tool.service'), 'inactive');
  assert.equal(machine.property('UnitFileState', 'imds_tracer_tool.service'), 'disabled');
  assert.equal(machine.property('ActiveState'), 'active');
  await callSeen(root, machine, '/latest/after-predecessor');
  for (const name of ['imds-trace.log', 'imds-trace.log.1']) {
    assert.equal(readFileSync(root.path(`${LOGS}/imds-tracer-tool/${name}`), 'utf8'), line);
  }
  assert.match(machine.succeed('imds', 'report', '--format', 'log'), /pid:1:old/);
  return undefined;
}

async function uninstalled({ root, machine }: Place): Promise<undefined> {
  machine.succeed('imds', 'service', 'uninstall');
  assert.equal(existsSync(root.path(UNIT)), false);
  assert.equal(existsSync(root.path(`${LOGS}/imds-calls.jsonl`)), true);
  assert.equal(machine.property('LoadState'), 'not-found');
  assert.match(machine.run('imds', 'service', 'uninstall').stdout, /^nothing to do: /);
  rmSync(root.path('etc/systemd/system/imds_tracer_tool.service'));
  machine.succeed('imds', 'service', 'install');
  machine.succeed('imds', 'service', 'uninstall', '--purge');
  machine.succeed('rm', '-r', DROP_IN);
  const names = machine.succeed('find', '/etc', '/usr/lib/systemd', '/var', '/run', '-name', '*imds*');
  const kept = ['', '/imds-trace.log', '/imds-trace.log.1'].map((name) => `/${LOGS}/imds-tracer-tool${name}`);
  assert.deepEqual(names.trim().split('\n').sort(), [`/${LOGS}`, ...kept]);
  rmSync(root.path(LOGS), { recursive: true });
  return undefined;
}
