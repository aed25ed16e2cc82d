import assert from 'node:assert/strict';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { account } from '../../../src/doctor/checks/account.ts';
import { endpoint } from '../../../src/doctor/checks/endpoint.ts';
import { captures, logs, state } from '../../../src/doctor/checks/folders.ts';
import { hooks } from '../../../src/doctor/checks/hooks.ts';
import { interfaces } from '../../../src/doctor/checks/interfaces.ts';
import { probe } from '../../../src/doctor/checks/probe.ts';
import { interfaceTo, ipv4Routes, ipv6Routes } from '../../../src/doctor/checks/routes.ts';
import { predecessor, service } from '../../../src/doctor/checks/units.ts';
import { isLive } from '../../../src/doctor/processes.ts';
import { contextOf, OPTIONS, processFiles, removeHosts, rootOf } from './fake-host.ts';

const ROUTES = `Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT
eth0\t00000000\t0100A8C0\t0003\t0\t0\t512\t00000000\t0\t0\t0
eth1\tFEA9FEA9\t00000000\t0005\t0\t0\t0\tFFFFFFFF\t0\t0\t0
docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
`;
const ROUTES6 = `fe800000000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0
fd000ec2000000000000000000000000 20 00000000000000000000000000000000 00 00000000000000000000000000000000 00000400 00000001 00000000 00000001     eth2
00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo
`;

describe('imds doctor: what the host has', () => {
  afterEach(removeHosts);

  describe('interfaces', () => {
    it('follows the narrowest route, of each family its own', () => {
      const routes = [...ipv4Routes(ROUTES), ...ipv6Routes(ROUTES6)];
      assert.equal(interfaceTo('169.254.169.254', routes), 'eth1');
      assert.equal(interfaceTo('10.0.0.7', routes), 'eth0');
      assert.equal(interfaceTo('172.17.3.4', routes), 'docker0');
      assert.equal(interfaceTo('fd00:ec2::254', routes), 'eth2');
      assert.equal(interfaceTo('2001:db8::1', routes), undefined);
    });

    it('takes any text for a table', () => {
      fc.assert(
        fc.property(fc.string({ unit: 'binary' }), (text) => {
          assert.ok(Array.isArray([...ipv4Routes(text), ...ipv6Routes(text)]));
        }),
      );
    });

    it('says which carry the traffic, with their state', async () => {
      const files = {
        'proc/net/route': ROUTES,
        'sys/class/net/eth1/operstate': 'up\n',
        'sys/class/net/eth0/operstate': 'up\n',
      };
      const found = await interfaces.examine(contextOf(files));
      assert.deepEqual(found, {
        status: 'ok',
        text: '169.254.169.254 by eth1 (up), no route to fd00:ec2::254; 2 interfaces, all of which the wire view takes',
      });
    });

    it('knows an endpoint that is an address of this host, and warns where there is no way', async () => {
      const addresses = () => [{ name: 'lo', address: '169.254.169.254' }];
      assert.match(
        (await interfaces.examine(contextOf({}, { addresses }))).text,
        /is an address of lo itself/,
      );
      assert.equal((await interfaces.examine(contextOf({}))).status, 'warn');
    });
  });

  describe('who else watches', () => {
    const CLEAN = { cgroup: { name: '/sys/fs/cgroup', whole_host: true }, programs: [] };
    const examine = (files: Record<string, string>, report: object | undefined = CLEAN) =>
      hooks.examine(contextOf({ 'proc/1/cmdline': '/sbin/init\0', ...files }, { probe: report }));

    it('finds nobody', async () => {
      assert.deepEqual(await examine({}), { status: 'ok', text: 'no other program on the cgroup root' });
    });

    it('finds imds live, its probe and the predecessor by their arguments', async () => {
      const found = await examine({
        ...processFiles(70, ['/usr/lib/imds/node', '/usr/lib/imds/bin/run.js', 'live', '--quiet']),
        ...processFiles(71, ['/usr/lib/imds/prebuilt/linux-amd64/imds-probe', '--without-session']),
        ...processFiles(72, ['/usr/bin/python3', '/opt/aws-imds-packet-analyzer/src/imds_snoop.py']),
        ...processFiles(73, ['grep', 'imds_probe', 'live']),
      });
      assert.equal(found.status, 'warn');
      assert.match(
        found.text,
        /^running: imds live \(pid 70\), imds-probe \(pid 71\), aws-imds-packet-analyzer \(pid 72\);/,
      );
    });

    for (const [args, is] of [
      [['imds', 'live'], true],
      [['node', '--no-warnings', '/usr/bin/imds', 'live'], true],
      [['sudo', 'imds', 'live'], false],
      [['imds', 'report', 'live'], false],
      [['imds', 'analyze', 'live'], false],
      [[], false],
    ] as const) {
      it(`takes ${args.join(' ') || 'no arguments'} for ${is ? 'imds live' : 'something else'}`, () => {
        assert.equal(isLive({ pid: 1, args }), is);
      });
    }

    it('names programs of others on the same hooks, and who has pinned some', async () => {
      const programs = [
        { hook: 'connect4', id: 7, name: 'cil_sock4_connect' },
        { hook: 'sockops', id: 9 },
      ];
      const found = await examine({ 'sys/fs/bpf/cilium': '' }, { ...CLEAN, programs });
      assert.equal(found.status, 'ok');
      assert.match(
        found.text,
        /cil_sock4_connect \(connect4\), id 9 \(sockops\).*pinned in \/sys\/fs\/bpf: cilium/,
      );
    });

    it('fails where a hook is full', async () => {
      const programs = Array.from({ length: 64 }, (_, id) => ({ hook: 'sockops', id }));
      const found = await examine({}, { ...CLEAN, programs });
      assert.equal(found.status, 'fail');
      assert.match(found.text, /^sockops has 64 programs, and takes no more; .* and 58 more/);
    });

    it('says what could not be asked for', async () => {
      const report = { ...CLEAN, programs_error: 'Operation not permitted' };
      assert.equal((await examine({}, report)).status, 'unknown');
      const context = contextOf({ 'proc/1/cmdline': '/sbin/init\0' });
      assert.equal((await hooks.examine(context)).text, 'programs could not be asked for');
    });
  });

  describe('folders', () => {
    it('are made where there are none', async () => {
      const context = contextOf({ 'var/log/syslog': '', 'var/lib/x': '' });
      assert.match((await logs.examine(context)).text, /^\/var\/log\/imds \(will be made\): [\d,]+ MB free$/);
      assert.equal((await state.examine(context)).status, 'ok');
    });

    it('are refused in the words of live: others may write, a link, a file, a log that is a link', async () => {
      const open = rootOf({ 'var/log/imds/imds-trace.log': '' });
      chmodSync(join(open, 'var/log/imds'), 0o777);
      const refused = async (files: Record<string, string>, root?: string) =>
        (await logs.examine(contextOf(files, root === undefined ? {} : { root }))).text;
      assert.match(
        await refused({}, open),
        /^cannot keep logs in \/var\/log\/imds: others may write in it \(mode 777\)/,
      );
      assert.match(await refused({ 'var/log/imds': '->/tmp' }), /it is a symbolic link or no folder/);
      assert.match(await refused({ 'var/log/imds': 'a file' }), /it is a symbolic link or no folder/);
      const link = rootOf({ 'var/log/imds/imds-trace.log': '->/etc/passwd' });
      chmodSync(join(link, 'var/log/imds'), 0o700);
      assert.match(
        await refused({}, link),
        /^cannot write \/var\/log\/imds\/imds-trace\.log: it is a symbolic link$/,
      );
    });

    it('are not closed to those who have other files there', async () => {
      const root = rootOf({ 'var/log/imds/somebody-elses': '' });
      chmodSync(join(root, 'var/log/imds'), 0o755);
      const found = await logs.examine(contextOf({}, { root }));
      assert.equal(found.status, 'fail');
      assert.match(found.text, /it holds other files \(somebody-elses\)/);
    });

    it('are told to belong to a session that is there, and not to one that is gone', async () => {
      const stat = (start: number) => `4101 (imds) S 1 ${'0 '.repeat(17)}${start} 0\n`;
      for (const [start, status] of [
        [777, 'warn'],
        [778, 'ok'],
      ] as const) {
        const root = rootOf({
          'var/log/imds/imds-live.lock': '4101 777\n',
          'proc/4101/stat': stat(start),
        });
        chmodSync(join(root, 'var/log/imds'), 0o700);
        const found = await logs.examine(contextOf({}, { root }));
        assert.equal(found.status, status, found.text);
        assert.equal(found.text.endsWith('; an imds live (pid 4101) keeps logs there'), status === 'warn');
      }
    });

    it('are told to be read-only', async () => {
      const mounts = '20 1 8:1 / / rw - ext4 x rw\n21 20 8:2 / /root ro,relatime - ext4 y ro\n';
      const root = rootOf({ 'proc/self/mountinfo': mounts });
      mkdirSync(join(root, 'root'));
      const found = await captures.examine(contextOf({}, { root }));
      assert.equal(found.status, 'warn');
      assert.match(found.text, /^\/root: [\d,]+ MB free, read-only$/);
    });
  });

  describe('services', () => {
    const UNIT = '[Service]\nExecStart=/usr/bin/imds live\n';

    it('finds none', async () => {
      const context = contextOf({ 'proc/1/cmdline': '/sbin/init\0' });
      assert.deepEqual(await predecessor.examine(context), {
        status: 'ok',
        text: 'no imds_tracer_tool.service',
      });
      assert.equal((await service.examine(context)).status, 'ok');
    });

    it("finds the predecessor's, and whether it runs", async () => {
      const context = contextOf({
        'etc/systemd/system/imds_tracer_tool.service': '[Unit]\n',
        'etc/systemd/system/multi-user.target.wants/imds_tracer_tool.service':
          '->../imds_tracer_tool.service',
        ...processFiles(812, ['python3', '/opt/x/src/imds_snoop.py']),
      });
      const found = await predecessor.examine(context);
      assert.equal(found.status, 'warn');
      assert.equal(
        found.text,
        '/etc/systemd/system/imds_tracer_tool.service, enabled; it runs (pid 812), and writes to the same /var/log/imds/imds-trace.log',
      );
      assert.match(found.remedy ?? '', /^systemctl disable --now imds_tracer_tool\.service/);
    });

    it('finds our own: enabled, not enabled, masked', async () => {
      const enabled = contextOf({
        'usr/lib/systemd/system/imds.service': UNIT,
        'etc/systemd/system/multi-user.target.wants/imds.service': '->/usr/lib/systemd/system/imds.service',
      });
      assert.deepEqual(await service.examine(enabled), {
        status: 'ok',
        text: '/usr/lib/systemd/system/imds.service, enabled',
      });
      const idle = await service.examine(contextOf({ 'usr/lib/systemd/system/imds.service': UNIT }));
      assert.match(idle.remedy ?? '', /^systemctl enable --now imds\.service/);
      const masked = await service.examine(contextOf({ 'etc/systemd/system/imds.service': '->/dev/null' }));
      assert.match(masked.text, /is masked$/);
    });
  });

  it('tells whom live becomes', async () => {
    const files = {
      'etc/passwd': 'root:x:0:0::/root:/bin/sh\nimds:x:998:997::/:/bin/false\n',
      'proc/self/status': 'CapEff:\t000001ffffffffff\n',
    };
    assert.match((await account.examine(contextOf(files))).text, /^becomes imds once everything is attached/);
    assert.equal(
      (await account.examine(contextOf(files, { uid: 1000 }))).text,
      'uid 1000: no root to give up',
    );
    const caged = contextOf({ ...files, 'proc/self/status': 'CapEff:\t0000000000000000\n' });
    const refused = await account.examine(caged);
    assert.deepEqual([refused.status, refused.text], ['fail', 'this root may not become imds']);
  });

  it('says that there is no probe for this machine', async () => {
    const found = await probe.examine(contextOf({}, { options: { ...OPTIONS, root: rootOf({}) } }));
    assert.equal(found.status, 'fail');
    assert.match(found.text, /^there is no imds-probe for /);
  });

  it('tells a probe of another architecture', async () => {
    const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
    const header = Buffer.alloc(64);
    header.write('\x7fELF\x02\x01\x01', 'latin1');
    header.writeUInt16LE(243, 18);
    const root = rootOf({ [`prebuilt/linux-${architecture}/imds-probe`]: header.toString('latin1') });
    chmodSync(join(root, `prebuilt/linux-${architecture}/imds-probe`), 0o755);
    const found = await probe.examine(contextOf({}, { options: { ...OPTIONS, root } }));
    assert.equal(found.status, 'fail');
    assert.match(found.text, /is for another machine, not /);
  });

  it('does not ask the endpoint', async () => {
    const found = await endpoint.examine(contextOf({}));
    assert.equal(found.status, 'unknown');
    assert.match(found.text, /^not asked; --probe-endpoint sends/);
  });
});
