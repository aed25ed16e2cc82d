import { deepEqual, equal } from 'node:assert/strict';
import { callerOf } from '../../../src/events/saved-caller.ts';
import { Aggregate } from '../../../src/report/aggregate.ts';
import { callerObject } from '../../../src/report/caller-json.ts';
import { callerFields } from '../../../src/report/caller-row.ts';
import {
  recurringContainer,
  recurringPath,
  recurringPod,
  recurringUnit,
} from '../../../src/report/recurring.ts';
import { attributed, CURL } from './samples.ts';

const ID = '4b1c9a7e-2b8d-4f1c-9a7e-2b8d4f1c9a7e';
const HEX = '0123456789abcdef0123456789abcdef';

const UNITS: readonly (readonly [unit: string, expected: string])[] = [
  ['session-12.scope', 'session-*.scope'],
  ['session-c3.scope', 'session-*.scope'],
  ['run-u812.service', 'run-*.service'],
  [`run-r${HEX}.scope`, 'run-*.scope'],
  ['run-p4711-i4712.scope', 'run-*.scope'],
  ['sshd@3-10.0.0.5:22-10.0.0.9:51234.service', 'sshd@*.service'],
  ['check-mk-agent@12-4711-997.service', 'check-mk-agent@*.service'],
  [`snap.aws-cli.aws-${ID}.scope`, 'snap.aws-cli.aws-*.scope'],
  ['app-flatpak-org.example.App-12345.scope', 'app-flatpak-org.example.App-*.scope'],
  ['app-backup-12345.scope', 'app-backup-12345.scope'],
  ['nginx.service', 'nginx.service'],
  ['getty@tty1.service', 'getty@tty1.service'],
  ['postgresql@15-main.service', 'postgresql@15-main.service'],
  ['worker@3.service', 'worker@3.service'],
  ['app@1-a-b.service', 'app@1-a-b.service'],
  ['agent@7-[fd00::1]:22-[fd00::2]:50123.service', 'agent@*.service'],
  ['run-backup.service', 'run-backup.service'],
  ['session-manager.scope', 'session-manager.scope'],
];

const PATHS: readonly (readonly [path: string, expected: string])[] = [
  [
    `/var/lib/amazon/ssm/i-0abc/document/orchestration/${ID}/awsrunShellScript/0.awsrunShellScript/_script.sh`,
    '/var/lib/amazon/ssm/i-0abc/document/orchestration/*/awsrunShellScript/0.awsrunShellScript/_script.sh',
  ],
  [
    `/opt/codedeploy-agent/deployment-root/${ID}/d-4ABCDEF12/deployment-archive/start.sh`,
    '/opt/codedeploy-agent/deployment-root/*/d-*/deployment-archive/start.sh',
  ],
  [
    '/root/.ansible/tmp/ansible-tmp-1717171717.1717-2345-987654321/AnsiballZ_setup.py',
    '/root/.ansible/tmp/ansible-tmp-*/AnsiballZ_setup.py',
  ],
  ['/tmp/tmp.aB3dE6gH9j/run.sh', '/tmp/tmp.*/run.sh'],
  ['/tmp/tmp4x_9kq2a/run.py', '/tmp/tmp*/run.py'],
  ['/tmp/jenkins1234567890123456789.sh', '/tmp/jenkins*.sh'],
  ['/srv/ws@tmp/durable-1a2b3c4d/script.sh', '/srv/ws@tmp/durable-*/script.sh'],
  ['/root/.cache/uv/.tmpAb3dE6/bin/app', '/root/.cache/uv/.tmp*/bin/app'],
  ['/srv/.tmpbuilds/app', '/srv/.tmpbuilds/app'],
  ['/tmp/chef-script20261123-4711-1x2y3z', '/tmp/chef-script*'],
  ['/var/tmp/__salt.tmp.ab12cd_3.sh', '/var/tmp/__salt.tmp.*.sh'],
  ['/tmp/venv0k2x_9ab/script.py', '/tmp/venv*/script.py'],
  ['/tmp/.mount_MyAppXk3f9Qa/usr/app/main.py', '/tmp/.mount_MyAppX*/usr/app/main.py'],
  ['/tmp/go-build3456789012/b001/exe/main', '/tmp/go-build*/b001/exe/main'],
  ['/tmp/terraform_1234567890.sh', '/tmp/terraform_*.sh'],
  [
    '/opt/buildagent/temp/agentTmp/custom_script1234567890123456789',
    '/opt/buildagent/temp/agentTmp/custom_script*',
  ],
  ['/dev/fd/63', '/dev/fd/*'],
  ['/srv/shop/releases/20261123202607/bin/report', '/srv/shop/releases/*/bin/report'],
  ['/srv/shop/releases/2026/bin/report', '/srv/shop/releases/2026/bin/report'],
  ['/tmp/2-15-web-7-dispatch-script.tmp.sh', '/tmp/*-web-7-dispatch-script.tmp.sh'],
  ['/opt/tmp.backup/run.sh', '/opt/tmp.backup/run.sh'],
  ['/opt/tmptestfile/run.sh', '/opt/tmptestfile/run.sh'],
  ['/opt/jenkins2.sh', '/opt/jenkins2.sh'],
  ['/opt/app-2024.01/main.py', '/opt/app-2024.01/main.py'],
];

const PODS: readonly (readonly [pod: string, expected: string])[] = [
  ['shop/backup-28473920-x7k2p', 'shop/backup-*'],
  ['shop/backup-1708435200-x7k2p', 'shop/backup-*'],
  ['shop/backup-28473920-3-x7k2p', 'shop/backup-*'],
  ['shop/migrate-x7k2p', 'shop/migrate-*'],
  ['web-7d4b9c6f5-x7k2p', 'web-7d4b9c6f5-*'],
  ['spark-pi-8f1a2b3c4d5e6f70-exec-12', 'spark-pi-*-exec-*'],
  ['spark-pi-8f1a2b3c4d5e6f70-driver', 'spark-pi-*-driver'],
  ['demo-12-b0c1d-fghjk-l2npq', 'demo-*'],
  ['web-0', 'web-0'],
  [`arn:aws:ecs:eu-west-1:1:task/main/${HEX}`, 'arn:aws:ecs:eu-west-1:1:task/main/*'],
  ['web-2024-redis', 'web-2024-redis'],
  ['kube-proxy-ip-10-0-0-7.ec2.internal', 'kube-proxy-ip-10-0-0-7.ec2.internal'],
];

const CONTAINERS: readonly (readonly [name: string, expected: string])[] = [
  ['dreamy_hopper', '*'],
  ['dreamy_hopper3', '*'],
  ['shop_web_1', 'shop_web_1'],
  ['web_app', 'web_app'],
  ['shop-backup-run-0a1b2c3d4e5f', 'shop-backup-run-*'],
  ['shop_backup_run_0a1b2c3d4e5f', 'shop_backup_run_*'],
  ['alpine-3b1f2', 'alpine-*'],
  ['report/app', 'report/app'],
];

describe('names that are made anew for each run', () => {
  for (const [unit, expected] of UNITS)
    it(`${unit}: ${expected}`, () => equal(recurringUnit(unit), expected));
  for (const [path, expected] of PATHS)
    it(`${path}: ${expected}`, () => equal(recurringPath(path), expected));
  for (const [pod, expected] of PODS) it(`${pod}: ${expected}`, () => equal(recurringPod(pod), expected));

  for (const [name, expected] of CONTAINERS)
    it(`${name}: ${expected}`, () => equal(recurringContainer(name), expected));

  it('make one caller for each user, whether calls were counted before or not', () => {
    const aggregate = new Aggregate();
    const add = (userId: string, session: number) =>
      aggregate.add(
        attributed({}, { ...CURL, pid: 600 + session, userId, unit: `session-${session}.scope` }),
      );
    for (const [user, session] of [
      ['0', 1],
      ['1000', 2],
      ['1000', 3],
    ] as const)
      add(user, session);
    equal(aggregate.callers().length, 2);
    const [first] = aggregate.callers();
    const text = JSON.stringify(first && callerObject(first, aggregate.views));
    const summary = callerOf(JSON.parse(text));
    if (summary !== undefined) aggregate.addCaller(summary);
    equal(summary?.unit, 'session-*.scope');
    deepEqual(
      aggregate.callers().map((caller) => [callerFields(caller, aggregate.views).user, caller.kinds.v1]),
      [
        ['1000', 4],
        ['root', 1],
      ],
    );
  });

  it('make one caller of an executable that is unpacked anew, or was replaced', () => {
    for (const executables of [
      ['/tmp/.mount_AgentXk3f9Q/agent', '/tmp/.mount_AgentB7d2Lq/agent'],
      [`/opt/nomad/alloc/${ID}/web/agent`, `/opt/nomad/alloc/${ID.replace('4b', '5c')}/web/agent`],
      ['/usr/bin/agent', '/usr/bin/agent (deleted)'],
    ]) {
      const aggregate = new Aggregate();
      for (const [index, executable] of executables.entries())
        aggregate.add(attributed({}, { ...CURL, pid: 700 + index, executable, args: ['agent'] }));
      equal(aggregate.callers().length, 1, executables[0]);
    }
  });

  it('make one caller of a job, which shows what is the same each time', () => {
    const aggregate = new Aggregate();
    for (let run = 0; run < 3; run++) {
      const folder = `/var/lib/amazon/ssm/i-1/document/orchestration/${ID.replace('4b', `4${run}`)}`;
      const args = ['sh', '-c', `${folder}/_script.sh`];
      const shell = {
        pid: 500 + run,
        start: `${run}`,
        executable: '/usr/bin/dash',
        args: ['sh', `${folder}/_script.sh`],
      };
      aggregate.add(
        attributed(
          {},
          {
            ...CURL,
            pid: 600 + run,
            unit: `session-${run}.scope`,
            ancestors: [{ ...shell, pid: 700, args }, shell],
          },
        ),
      );
    }
    const callers = aggregate.callers();
    equal(callers.length, 1);
    const [caller] = callers;
    if (caller === undefined) return;
    const { started_by, unit, v1 } = callerFields(caller, aggregate.views);
    deepEqual(
      [started_by, unit, v1],
      ['sh /var/lib/amazon/ssm/i-1/document/orchestration/*/_script.sh', 'session-*.scope', 3],
    );
  });
});
