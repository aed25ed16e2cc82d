import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import type { Context } from '../../../src/doctor/context.ts';
import { examine, examinersOn, type Told } from '../../../src/doctor/examine.ts';
import { HostFiles } from '../../../src/doctor/host-files.ts';
import { parseProbeReport } from '../../../src/doctor/probe-report.ts';
import { listProcesses } from '../../../src/doctor/processes.ts';
import { prospectOf } from '../../../src/doctor/prospect.ts';
import { doctorReport, exitCodeOf } from '../../../src/doctor/report.ts';
import { screenOf } from '../../../src/doctor/screen.ts';
import { within } from '../../../src/doctor/time-limit.ts';
import type { Trial } from '../../../src/doctor/trial.ts';
import type { Check, Prospect, Status } from '../../../src/doctor/types.ts';
import { PrerequisiteError } from '../../../src/errors.ts';
import { contextOf, processFiles, ROOT, removeHosts, rootOf } from './fake-host.ts';

const SCHEMA = JSON.parse(readFileSync(join(ROOT, 'schemas', 'doctor.schema.json'), 'utf8'));
const MACHINE = { platform: 'linux', arch: 'x64', kernel: '6.1.0', node: '20.19.0', uid: 0 };
const READY: Trial = {
  views: {
    text: 'views sockets, wire (any); attribution ebpf',
    attribution: 'ebpf',
    hasSockets: true,
    hasWire: true,
  },
  missing: [],
};
const CAPS = new PrerequisiteError('missing CAP_BPF (uid 0, kernel 6.1.0): run it as root', {
  code: 'probe.prerequisite',
});

async function examined(context: Context, trial: Trial, platform: NodeJS.Platform = 'linux') {
  const told: Told[] = [];
  await examine(
    context,
    platform,
    (each) => told.push(each),
    () => Promise.resolve(trial),
  );
  const checks = told.flatMap(({ check }) => check ?? []);
  const order = examinersOn(platform).map(({ id }) => id);
  checks.sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id));
  const [prospect] = told.flatMap(({ prospect: each }) => each ?? []);
  assert.ok(prospect !== undefined);
  return { checks, prospect };
}

function reportOf(checks: readonly Check[], prospect: Prospect) {
  return doctorReport({ checks, prospect }, MACHINE, '1.2.3', new Date(0));
}

describe('imds doctor: as a whole', () => {
  afterEach(removeHosts);

  it('looks at everything, and reports it as its schema says, on a host of which nothing is known', async () => {
    const { checks, prospect } = await examined(contextOf({ 'var/x': '' }), READY);
    assert.deepEqual(
      checks.map(({ id }) => id),
      examinersOn('linux').map(({ id }) => id),
    );
    const validate = new Ajv2020().compile(SCHEMA);
    const report = JSON.parse(JSON.stringify(reportOf(checks, prospect)));
    assert.ok(validate(report), JSON.stringify(validate.errors));
    const ids = SCHEMA.$defs.check.properties.id.enum;
    assert.deepEqual(
      checks.map(({ id }) => id),
      ids,
    );
    // No kernel could be read: that is not known, and no failure.
    assert.equal(checks[0]?.status, 'unknown');
    assert.match(checks[0]?.text ?? '', /^could not be looked at: ENOENT/);
  });

  it('says on other systems what works there, and opens nothing', async () => {
    const told: Told[] = [];
    const context = contextOf({});
    await examine(
      context,
      'darwin',
      (each) => told.push(each),
      () => assert.fail('it tried'),
    );
    const [first] = told.flatMap(({ check }) => check ?? []);
    assert.match(first?.text ?? '', /^darwin: imds live needs Linux; analyze, report and scrub work here$/);
    const prospect = told.find((each) => each.prospect !== undefined)?.prospect;
    assert.equal(prospect?.status, 'not-ready');
    assert.match(prospect?.text ?? '', /analyze, report and scrub work here/);
  });

  it('waits for nothing longer than its limit, and goes on', async () => {
    const never = new Promise<never>(() => {});
    const began = Date.now();
    const context = contextOf({ 'var/x': '' }, { processes: () => never });
    const { checks } = await examined(context, READY);
    assert.ok(Date.now() - began < 12_000);
    const found = checks.find(({ id }) => id === 'hooks');
    assert.deepEqual(found, {
      id: 'hooks',
      title: 'Same hooks',
      status: 'unknown',
      text: 'could not be looked at: no answer within 5 s',
      remedy: 'Look for a file system or a process that hangs.',
    });
  }).timeout(15_000);

  it('counts processes that do not answer, and reads the others', async () => {
    const files = new HostFiles(rootOf({ ...processFiles(5, ['a']), ...processFiles(6, ['b'], 70) }));
    const read = files.read.bind(files);
    files.read = (path, ...rest) =>
      path.startsWith('/proc/5/') ? new Promise(() => {}) : read(path, ...rest);
    const { running, uids, unanswered } = await listProcesses(files);
    assert.deepEqual([running, [...uids], unanswered], [[{ pid: 6, args: ['b'] }], [70], 1]);
  });

  it('gives the value of what is in time', async () => {
    assert.equal(await within(1000, Promise.resolve(7)), 7);
    await assert.rejects(within(20, new Promise(() => {})), /no answer within 0\.02 s/);
  });

  describe('what live will do', () => {
    it('is what its views are', () => {
      const prospect = prospectOf(READY, undefined);
      assert.equal(prospect.text, 'ready: views sockets, wire (any); attribution ebpf');
      assert.equal(exitCodeOf([], prospect), 0);
    });

    it('has less where something is missing, and says why', () => {
      const views = {
        text: 'views wire (any); attribution procfs',
        attribution: 'procfs',
        hasSockets: false,
        hasWire: true,
      } as const;
      const prospect = prospectOf({ views, missing: [CAPS] }, undefined);
      assert.equal(
        prospect.text,
        'ready: views wire (any); attribution procfs; only the wire view, because missing CAP_BPF (uid 0, kernel 6.1.0): run it as root',
      );
      assert.equal(exitCodeOf([], prospect), 3);
    });

    it('is nothing without views, or where the logs are refused', () => {
      const none = prospectOf({ views: undefined, missing: [CAPS] }, undefined);
      assert.equal(none.text, `would not run: ${CAPS.message}`);
      assert.equal(exitCodeOf([], none), 5);
      const logs = new PrerequisiteError('cannot keep logs in /x: y', {
        code: 'live.log_folder',
        remedy: 'Do z.',
      });
      assert.equal(prospectOf(READY, logs).text, 'would not run: cannot keep logs in /x: y. Do z.');
      assert.equal(prospectOf(READY, logs).views, undefined);
    });

    it('is 3 where a check failed, and 0 with warnings', () => {
      const checks = (status: Status) => [{ id: 'clock', title: 'Clock', status, text: 'x' }];
      assert.equal(exitCodeOf(checks('fail'), prospectOf(READY, undefined)), 3);
      assert.equal(exitCodeOf(checks('warn'), prospectOf(READY, undefined)), 0);
      assert.equal(exitCodeOf(checks('unknown'), prospectOf(READY, undefined)), 0);
    });
  });

  describe('the screen', () => {
    const CHECKS: readonly Check[] = [
      { id: 'kernel', title: 'Kernel', status: 'ok', text: 'a word '.repeat(40).trim() },
      { id: 'hooks', title: 'Same hooks', status: 'warn', text: 'evil\x1b[2J\u202Ename', remedy: 'Do this.' },
      { id: 'logs', title: 'Logs', status: 'fail', text: '写'.repeat(90), remedy: 'b '.repeat(120).trim() },
      { id: 'clock', title: 'Clock', status: 'unknown', text: 'not known' },
    ];
    const REPORT = reportOf(CHECKS, prospectOf(READY, undefined));

    for (const columns of [80, 200]) {
      it(`is as wide as the terminal: ${columns}`, async () => {
        const { default: widthOf } = await import('string-width');
        const lines = (await screenOf(REPORT, columns, false)).trimEnd().split('\n');
        for (const line of lines) assert.ok(widthOf(line) <= columns, line);
        assert.equal(lines.at(-1), 'imds live: ready: views sockets, wire (any); attribution ebpf');
        assert.ok(lines.some((line) => line.startsWith('warn  Same hooks  evil\\x1B[2J\\u{202E}name')));
        assert.ok(lines.some((line) => line.startsWith('?     Clock       not known')));
      });
    }

    it('is coloured only where that is asked for, and the same otherwise', async () => {
      const plain = await screenOf(REPORT, 80, false);
      const coloured = await screenOf(REPORT, 80, true);
      assert.ok(!plain.includes('\x1b'));
      assert.ok(coloured.includes('\x1b[32mok    \x1b[39m'));
      assert.equal(stripVTControlCharacters(coloured), plain);
    });
  });

  it("takes any text for the probe's report, or for none", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.object().map((value) => JSON.stringify({ version: '1', ...value })),
        ),
        (text) => {
          const report = parseProbeReport(text);
          assert.ok(report === undefined || report.problems.size >= 0);
        },
      ),
    );
    assert.equal(parseProbeReport('{}'), undefined);
  });
});
