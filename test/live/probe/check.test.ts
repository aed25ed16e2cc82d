import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { parseProbeReport } from '../../../src/doctor/probe-report.ts';
import { needsProbe, PROBE, Probe } from './probe.ts';

/** Root without what it needs to load eBPF. */
const CAGED = ['setpriv', '--bounding-set=-bpf,-perfmon,-net_admin,-sys_admin'];

function check(prefix: readonly string[] = []) {
  const [command = PROBE, ...rest] = [...prefix, PROBE, '--check'];
  const { status, stdout, stderr } = spawnSync(command, rest, { encoding: 'utf8', timeout: 10_000 });
  assert.equal(status, 0, stderr);
  const report = parseProbeReport(stdout);
  assert.ok(report !== undefined, stdout);
  return report;
}

describe('imds-probe --check', function () {
  this.timeout(30_000);
  before(function () {
    needsProbe(this);
  });

  it('attaches nothing, and misses nothing here', () => {
    const { problems, cgroup, clock, programsError } = check();
    assert.deepEqual([...problems], []);
    assert.equal(cgroup?.isWholeHost, true);
    assert.equal(programsError, undefined);
    assert.ok(clock !== undefined && clock.errorMicroseconds >= 0);
  });

  it('lists what a running probe has on the hooks, by name', async () => {
    const count = (hook: string) =>
      check().programs.filter((each) => each.hook === hook && each.name?.startsWith('imds_')).length;
    const probe = await Probe.start([]);
    try {
      for (const hook of ['connect4', 'connect6', 'sockops', 'cgroup_skb/egress', 'cgroup_skb/ingress']) {
        assert.ok(count(hook) >= 1, hook);
      }
    } finally {
      await probe.stop();
    }
  });

  it('says what is missing in the words with which the probe refuses', () => {
    const [command = '', ...rest] = [...CAGED, PROBE];
    const { status, stderr } = spawnSync(command, rest, { encoding: 'utf8', timeout: 10_000, input: '' });
    assert.equal(status, 5);
    const { problems, programsError } = check(CAGED);
    assert.equal(stderr, `imds-probe: ${problems.get('capabilities')}\n`);
    assert.equal(programsError, 'Operation not permitted');
  });
});
