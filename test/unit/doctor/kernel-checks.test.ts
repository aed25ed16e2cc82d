import assert from 'node:assert/strict';
import { btf } from '../../../src/doctor/checks/btf.ts';
import { capabilities, capabilityFinding } from '../../../src/doctor/checks/capabilities.ts';
import { cgroup } from '../../../src/doctor/checks/cgroup.ts';
import { clock } from '../../../src/doctor/checks/clock.ts';
import { kernel } from '../../../src/doctor/checks/kernel.ts';
import { lockdown } from '../../../src/doctor/checks/lockdown.ts';
import { contextOf, removeHosts } from './fake-host.ts';

const RELEASE = 'proc/sys/kernel/osrelease';
const LOCKDOWN = 'sys/kernel/security/lockdown';
const STATUS = 'proc/self/status';
const MOUNTS = 'proc/self/mountinfo';

describe('imds doctor: what the kernel has', () => {
  afterEach(removeHosts);

  for (const [release, status, text] of [
    [
      '6.18.44-cloud',
      'ok',
      /6\.18\.44-cloud: has what the socket view needs \(5\.8\); connects are seen before/,
    ],
    ['6.14.0', 'ok', /before 6\.15/],
    ['5.8.0', 'ok', /5\.8\.0/],
    ['5.7.19', 'fail', /too old for the probe/],
    ['4.14.355-amzn2', 'fail', /the wire view works/],
  ] as const) {
    it(`says of kernel ${release}: ${status}`, async () => {
      const found = await kernel.examine(contextOf({ [RELEASE]: `${release}\n` }));
      assert.equal(found.status, status);
      assert.match(found.text, text);
    });
  }

  it("takes the probe's own words where it has some", async () => {
    const words = 'kernel 5.4.0 is too old: Linux 5.8 or later is needed. Use imds live --capture wire';
    const probe = {
      prerequisites: [
        { name: 'kernel', problem: words },
        { name: 'btf', problem: 'no BTF' },
      ],
    };
    const context = contextOf({ [RELEASE]: '5.4.0\n' }, { probe });
    assert.deepEqual(await kernel.examine(context), { status: 'fail', text: words, remedy: undefined });
    assert.equal((await btf.examine(context)).text, 'no BTF');
  });

  it('looks for BTF', async () => {
    const there = await btf.examine(contextOf({ 'sys/kernel/btf/vmlinux': 'x'.repeat(1234) }));
    assert.deepEqual(there, { status: 'ok', text: '/sys/kernel/btf/vmlinux (1,234 bytes)' });
    const missing = await btf.examine(contextOf({}));
    assert.equal(missing.status, 'fail');
    assert.match(missing.text, /CONFIG_DEBUG_INFO_BTF/);
    assert.match(missing.remedy ?? '', /--capture wire/);
  });

  for (const [text, status] of [
    ['[none] integrity confidentiality\n', 'ok'],
    ['none [integrity] confidentiality\n', 'ok'],
    ['none integrity [confidentiality]\n', 'fail'],
  ] as const) {
    it(`says of lockdown ${text.trim()}: ${status}`, async () => {
      assert.equal((await lockdown.examine(contextOf({ [LOCKDOWN]: text }))).status, status);
    });
  }

  it('does not fail for a lockdown that cannot be seen', async () => {
    assert.equal((await lockdown.examine(contextOf({}))).status, 'ok');
  });

  it('finds the root of cgroup v2, whole and not a part of it', async () => {
    const probe = { cgroup: { name: '/sys/fs/cgroup/unified', whole_host: true } };
    const hybrid = `25 1 0:20 / /sys/fs/cgroup rw - tmpfs tmpfs rw
31 25 0:27 / /sys/fs/cgroup/unified rw,nosuid shared:9 - cgroup2 cgroup2 rw\n`;
    const found = await cgroup.examine(contextOf({ [MOUNTS]: hybrid }, { probe }));
    assert.deepEqual(found, { status: 'ok', text: '/sys/fs/cgroup/unified, the whole host' });
  });

  it('says what is done where no cgroup v2 is mounted, or where there is none', async () => {
    const own = contextOf({ [MOUNTS]: '' }, { probe: { cgroup: { name: 'own mount', whole_host: true } } });
    assert.match(
      (await cgroup.examine(own)).text,
      /not mounted: the probe makes a mount of its own.*whole host/,
    );
    const problem = 'no cgroup v2 root is mounted, and none can be: Operation not permitted';
    const none = contextOf({ [MOUNTS]: '' }, { probe: { prerequisites: [{ name: 'cgroup', problem }] } });
    assert.deepEqual(await cgroup.examine(none), { status: 'fail', text: problem });
    assert.equal((await cgroup.examine(contextOf({ [MOUNTS]: '' }))).status, 'unknown');
  });

  it("finds the host's root in a container that was given it, where it is no root of its own", async () => {
    const mounts = '31 25 0:27 /../.. /sys/fs/cgroup ro - cgroup2 cgroup rw\n';
    const probe = { cgroup: { name: '/sys/fs/cgroup', whole_host: true } };
    const found = await cgroup.examine(contextOf({ [MOUNTS]: mounts }, { probe }));
    assert.deepEqual(found, { status: 'ok', text: '/sys/fs/cgroup, the whole host' });
  });

  it('says that a container sees itself alone', async () => {
    const mounts = '31 25 0:27 / /sys/fs/cgroup rw - cgroup2 cgroup rw\n';
    const found = await cgroup.examine(
      contextOf({ [MOUNTS]: mounts }, { probe: { cgroup: { name: '/sys/fs/cgroup' } } }),
    );
    assert.equal(found.status, 'warn');
    assert.match(found.text, /this container only/);
  });

  it('asks the kernel for its clock, and systemd where it cannot', async () => {
    const examine = (probe: object | undefined, files = {}) => clock.examine(contextOf(files, { probe }));
    assert.deepEqual(await examine({ clock: { synchronised: true, error_us: 1500 } }), {
      status: 'ok',
      text: 'synchronised, within 1.5 ms',
    });
    assert.equal((await examine({ clock: { error_us: 16_000_000 } })).status, 'warn');
    assert.equal((await examine(undefined)).status, 'unknown');
    assert.equal((await examine(undefined, { 'run/systemd/timesync/synchronized': '' })).status, 'ok');
  });

  describe('capabilities', () => {
    const ALL = 0x1ffffffffffn;
    const without = (...bits: bigint[]) => bits.reduce((mask, bit) => mask & ~(1n << bit), ALL);

    it('reads them of the process', async () => {
      const found = await capabilities.examine(
        contextOf({ [STATUS]: 'Name:\tx\nCapEff:\t000001ffffffffff\n' }),
      );
      assert.equal(found.status, 'ok');
      assert.match(found.text, /^uid 0, all that live uses: CAP_BPF, CAP_PERFMON \(to load eBPF\)/);
      assert.equal((await capabilities.examine(contextOf({ [STATUS]: 'Name:\tx\n' }))).status, 'unknown');
    });

    it('names each that is missing, and why it is needed', () => {
      const found = capabilityFinding(without(39n, 13n, 21n), 0);
      assert.equal(found.status, 'fail');
      assert.equal(
        found.text,
        'uid 0, missing: CAP_BPF (to load eBPF), CAP_NET_RAW (to capture from interfaces)',
      );
    });

    it('takes CAP_SYS_ADMIN for those that were part of it', () => {
      assert.equal(capabilityFinding(without(39n, 38n, 12n), 0).status, 'ok');
    });

    it('warns where only something is missing', () => {
      assert.equal(capabilityFinding(without(19n), 0).status, 'warn');
    });

    it('needs none to become somebody else without root', () => {
      assert.equal(capabilityFinding(without(6n, 7n, 0n), 1000).status, 'ok');
      assert.equal(capabilityFinding(0n, 1000).remedy, 'Run it as root, or give it these capabilities.');
    });
  });
});
