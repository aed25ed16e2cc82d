import assert from 'node:assert/strict';
import own from 'node:process';
import type { ContainerFacts, Process, ProcessIdentity } from '../../../src/model.ts';
import { containerOfPath, sessionOf, userManagerOf } from '../../../src/report/cgroup-path.ts';
import { startedFrom } from '../../../src/report/started-from.ts';

const ID = '4f1c9a7e2b8d'.padEnd(64, '0');

/** `name` or `/path/of/executable with args`, nearest first; the last is pid 1. */
function process(over: Partial<Process>, ...ancestors: string[]): Process {
  return {
    pid: 1000,
    start: '1',
    ...over,
    ancestors: ancestors.map((words, index): ProcessIdentity => {
      const [program = '', ...args] = words.split(' ');
      const pid = index === ancestors.length - 1 ? 1 : 900 - index;
      const name = program.slice(program.lastIndexOf('/') + 1);
      const executable = program.startsWith('/') ? program : undefined;
      return { pid, start: '1', name, executable, args: [program, ...args] };
    }),
  };
}

function started(from: Process, container?: ContainerFacts, timer?: string): string | undefined {
  const userText = (uid: string) => (uid === '1000' ? 'deploy' : `uid ${uid}`);
  return startedFrom({ process: from, container, timer, userText });
}

const SYSTEMD = '/usr/lib/systemd/systemd';
const SHIM = '/usr/bin/containerd-shim-runc-v2';

describe('what started a process', () => {
  it('is known by a file that an update has replaced since', () => {
    const from = process({}, '/usr/sbin/sshd', SYSTEMD);
    const [sshd] = from.ancestors;
    if (sshd !== undefined) sshd.executable += ' (deleted)';
    assert.equal(started(from), 'ssh session');
  });

  const ROWS: readonly (readonly [
    expected: string | undefined,
    process: Process,
    container?: ContainerFacts | undefined,
    timer?: string,
  ])[] = [
    ['cron', process({ unit: 'cron.service' }, 'sh -c x', '/usr/sbin/cron -f', SYSTEMD)],
    ['cron', process({}, '/usr/sbin/crond -n', SYSTEMD)],
    ['cron', process({ containerId: ID }, '/usr/local/bin/supercronic /etc/crontab', SHIM)],
    ['ssh session', process({}, 'sh', '/usr/sbin/dropbear -R', SYSTEMD)],
    [
      'cron (cron.daily)',
      process(
        {},
        '/etc/cron.daily/x',
        '/usr/bin/run-parts --report /etc/cron.daily',
        '/usr/sbin/cron',
        SYSTEMD,
      ),
    ],
    [
      'cron (cron.hourly)',
      process({}, '/usr/bin/bash /bin/run-parts /etc/cron.hourly', '/usr/sbin/crond', SYSTEMD),
    ],
    [
      'anacron (cron.weekly)',
      process({}, '/usr/bin/run-parts /etc/cron.weekly', '/usr/sbin/anacron -s', SYSTEMD),
    ],
    ['cron', process({}, '/bin/busybox', 'crond', SYSTEMD)],
    ['at', process({}, 'sh', '/usr/sbin/atd -f', SYSTEMD)],
    [
      'ssh session of deploy',
      process({ loginUserId: '1000' }, 'sudo', '-bash', '/usr/sbin/sshd', '/usr/sbin/sshd', SYSTEMD),
    ],
    ['ssh session of uid 7', process({ loginUserId: '7' }, '/usr/lib/openssh/sshd-session', SYSTEMD)],
    ['ssh session of ubuntu', process({}, '-bash', '/usr/sbin/sshd', SYSTEMD)],
    ['ssh session', process({}, 'sshd', SYSTEMD)],
    ['login of deploy', process({ loginUserId: '1000' }, '-bash', '/bin/login -p', SYSTEMD)],
    ['SSM session', process({}, 'sh', '/usr/bin/ssm-session-worker x', '/usr/bin/ssm-agent-worker', SYSTEMD)],
    ['SSM command', process({}, 'sh', '/usr/bin/ssm-document-worker x', SYSTEMD)],
    [
      'cloud-init',
      process({}, 'sh /var/lib/cloud/x', '/usr/bin/python3.11 /usr/bin/cloud-init modules', SYSTEMD),
    ],
    ['timer apt-daily.timer', process({ unit: 'apt-daily.service' }, SYSTEMD), undefined, 'apt-daily.timer'],
    ['service nginx.service', process({ unit: 'nginx.service' }, SYSTEMD)],
    [
      'service app.service of deploy',
      process(
        {
          unit: 'app.service',
          cgroupPath: '/user.slice/user-1000.slice/user@1000.service/app.slice/app.service',
        },
        SYSTEMD,
        SYSTEMD,
      ),
    ],
    [
      'scope run-u1.scope',
      process({ unit: 'run-u1.scope', cgroupPath: '/system.slice/run-u1.scope' }, SYSTEMD),
    ],
    ['session 4 of deploy', process({ unit: 'session-4.scope', loginUserId: '1000' }, SYSTEMD)],
    ['session c1', process({ cgroupPath: '/user.slice/user-120.slice/session-c1.scope' }, SYSTEMD)],
    [
      'service manager of deploy',
      process(
        { unit: 'user@1000.service', cgroupPath: '/user.slice/user-1000.slice/user@1000.service/init.scope' },
        SYSTEMD,
        SYSTEMD,
      ),
    ],
    ['init', process({}, SYSTEMD)],
    [undefined, process({}, '-bash', 'tmux', SYSTEMD)],
    [undefined, process({})],
    [undefined, process({}, '/tmp/cron2', SYSTEMD)],
    ['entrypoint of container 4f1c9a7e2b8d', process({ containerId: ID, namespacePid: 1 }, SHIM, SYSTEMD)],
    [
      'entrypoint of container 4f1c9a7e2b8d',
      process({ containerId: ID, namespacePid: 9 }, 'sh', SHIM, SYSTEMD),
      { initPid: 900 },
    ],
    [
      'exec in container 4f1c9a7e2b8d',
      process({ containerId: ID, namespacePid: 9 }, 'sh', SHIM, SYSTEMD),
      { initPid: 800 },
    ],
    ['exec in container 4f1c9a7e2b8d', process({ containerId: ID, namespacePid: 9 }, SHIM, SYSTEMD)],
    ['container 4f1c9a7e2b8d', process({ containerId: ID, namespacePid: 9 }, 'sh', SHIM, SYSTEMD)],
    [
      'entrypoint of container 4f1c9a7e2b8d',
      process({ containerId: ID, namespacePid: 1, unit: `docker-${ID}.scope` }, '/usr/bin/conmon', SYSTEMD),
    ],
    // What runs within is nearer than what runs the container, and that nearer than who started the runtime.
    ['cron', process({ containerId: ID, namespacePid: 12 }, 'sh', '/usr/sbin/cron', SHIM, SYSTEMD)],
    [
      'entrypoint of container 4f1c9a7e2b8d',
      process(
        { containerId: ID, namespacePid: 1, loginUserId: '1000' },
        '/usr/bin/conmon',
        '/usr/sbin/sshd',
        SYSTEMD,
      ),
    ],
    [
      'service nginx.service in container web',
      process({ unit: 'nginx.service' }, SYSTEMD, '/usr/bin/systemd-nspawn', SYSTEMD),
      { name: 'web' },
    ],
    ['container web', process({ unit: 'systemd-nspawn@web.service' }, SYSTEMD), { name: 'web' }],
  ];
  for (const [expected, from, container, timer] of ROWS) {
    const chain = from.ancestors.map(({ args }) => args?.join(' ')).join(' ← ');
    it(`${from.unit ?? ''} ← ${chain}: ${expected}`, () => {
      const title = from.ancestors.find(({ name }) => name === 'sshd');
      if (expected?.endsWith('ubuntu') && title !== undefined) title.args = ['sshd: ubuntu@pts/0'];
      assert.equal(started(from, container, timer), expected);
    });
  }

  it('knows an ancestor by the file that it runs: its name is its own to choose', () => {
    const from = process({}, '/tmp/evil', SYSTEMD);
    Object.assign(from.ancestors[0] ?? {}, { name: 'cron', args: ['/usr/sbin/cron'] });
    assert.equal(started(from), undefined);
  });

  it('takes no time for arguments of any length', () => {
    const long = 'x '.repeat(50_000);
    const before = own.cpuUsage();
    started(
      process(
        { cgroupPath: `/${'-pod'.repeat(1000)}` },
        `/usr/bin/run-parts ${long}`,
        '/usr/sbin/cron',
        SYSTEMD,
      ),
    );
    started(process({}, `sshd ${long}`, SYSTEMD));
    const { user } = own.cpuUsage(before);
    assert.ok(user < 200_000, `${user} µs`);
  });
});

describe('cgroup paths', () => {
  const POD = '3f2a9c81-d0aa-52c3-8b1e-0a9c81d0aa52';
  const ROWS: readonly (readonly [path: string, expected: ContainerFacts | undefined])[] = [
    ['/', undefined],
    ['/system.slice/nginx.service', undefined],
    [`/system.slice/docker-${ID}.scope`, { runtime: 'docker' }],
    [`/docker/${ID}`, { runtime: 'docker' }],
    [`/machine.slice/libpod-${ID}.scope/container`, { runtime: 'podman' }],
    // With --cgroups=split, as units of Quadlet have it.
    [`/system.slice/web.service/libpod-payload-${ID}`, { runtime: 'podman' }],
    [`/libpod_parent/libpod-${ID}`, { runtime: 'podman' }],
    [
      `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${POD.replaceAll('-', '_')}.slice/cri-containerd-${ID}.scope`,
      { runtime: 'containerd', orchestrator: 'kubernetes', podId: POD },
    ],
    [
      `/system.slice/containerd.service/kubepods-burstable-pod${POD.replaceAll('-', '_')}.slice:cri-containerd:${ID}`,
      { runtime: 'containerd', orchestrator: 'kubernetes', podId: POD },
    ],
    [`/kubepods/besteffort/pod${POD}/${ID}`, { runtime: undefined, orchestrator: 'kubernetes', podId: POD }],
    [
      `/kubepods.slice/kubepods-pod${POD.replaceAll('-', '_')}.slice/crio-${ID}.scope`,
      { runtime: 'cri-o', orchestrator: 'kubernetes', podId: POD },
    ],
    [
      `/ecs/${'0a'.repeat(16)}/${'0a'.repeat(16)}-123`,
      { runtime: undefined, orchestrator: 'ecs', task: '0a'.repeat(16) },
    ],
    [
      `/ecstasks.slice/ecstasks-${'0a'.repeat(16)}.slice/docker-${ID}.scope`,
      { runtime: 'docker', orchestrator: 'ecs', task: '0a'.repeat(16) },
    ],
    ['/lxc.payload.web-1/system.slice/nginx.service', { runtime: 'lxc', name: 'web-1' }],
    ['/lxc/web', { runtime: 'lxc', name: 'web' }],
    ['/machine.slice/systemd-nspawn@web.service/payload', { runtime: 'systemd-nspawn', name: 'web' }],
    ['/machine.slice/machine-deb\\x2d12.scope', { runtime: 'systemd-nspawn', name: 'deb-12' }],
  ];
  for (const [path, expected] of ROWS) it(path, () => assert.deepEqual(containerOfPath(path), expected));

  it('tell whose service manager, and which session', () => {
    assert.equal(userManagerOf('/user.slice/user-1000.slice/user@1000.service/app.slice/x.service'), '1000');
    assert.equal(userManagerOf('/system.slice/user@x.service'), undefined);
    assert.equal(sessionOf('/user.slice/user-0.slice/session-12.scope'), '12');
    assert.equal(sessionOf('/user.slice'), undefined);
  });
});
