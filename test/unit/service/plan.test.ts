/** What an installation and an uninstallation would do, by what is found. */
import assert from 'node:assert/strict';
import { FileTree } from '../../../src/service/file-tree.ts';
import { type InstallOptions, installPlan } from '../../../src/service/install.ts';
import { type Plan, planText, stepText } from '../../../src/service/plan.ts';
import type { Service, Survey, UnitFile } from '../../../src/service/survey.ts';
import { uninstallPlan } from '../../../src/service/uninstall.ts';

const NONE: Service = { unit: { kind: 'none' }, packaged: undefined, isEnabled: false, isActive: false };
const PACKAGED = '/usr/lib/systemd/system/imds.service';
const TEXT = 'the unit\n';
const file = (authorship: 'ours' | 'changed' | 'foreign', text = 'another\n'): UnitFile => ({
  kind: 'file',
  authorship,
  text,
});

function found(service: Partial<Service> = {}, rest: Partial<Survey> = {}): Survey {
  return { service: { ...NONE, ...service }, predecessor: NONE, dropIns: [], folders: [], ...rest };
}

describe('a plan', () => {
  let tree: FileTree;
  before(async () => {
    tree = await FileTree.open('/');
  });

  const steps = ({ steps }: Plan) => steps.map((step) => stepText(step, tree));
  async function install(survey: Survey, options: Partial<InstallOptions> = {}): Promise<Plan> {
    const all = { text: TEXT, isImage: false, force: false, replacePredecessor: false, ...options };
    return installPlan(survey, tree, all);
  }
  const uninstall = (survey: Survey, options: object = {}) =>
    uninstallPlan(survey, { isImage: false, force: false, purge: false, ...options });

  const WRITE = 'write /etc/systemd/system/imds.service';
  const RELOAD = 'systemctl daemon-reload';
  const ENABLE = 'systemctl enable imds.service';
  const START = 'systemctl start imds.service';

  it('writes, enables and starts where there is nothing', async () => {
    assert.deepEqual(steps(await install(found())), [WRITE, RELOAD, ENABLE, START]);
  });

  it('does nothing where all is done', async () => {
    const plan = await install(found({ unit: file('ours', TEXT), isEnabled: true, isActive: true }));
    assert.deepEqual(plan, { steps: [], notes: [] });
    assert.equal(planText(plan, tree), 'would change nothing');
  });

  it('writes its own unit anew, and starts it again', async () => {
    const plan = await install(found({ unit: file('ours'), isEnabled: true, isActive: true }));
    assert.deepEqual(steps(plan), [WRITE, RELOAD, 'systemctl restart imds.service']);
  });

  it('keeps a unit that was changed by hand, and says so', async () => {
    const plan = await install(found({ unit: file('changed'), isEnabled: true }));
    assert.deepEqual(steps(plan), [START]);
    assert.match(plan.notes.join(), /was changed by hand, and is kept/);
    const forced = await install(found({ unit: file('changed'), isEnabled: true }), { force: true });
    assert.deepEqual(steps(forced), [WRITE, RELOAD, START]);
  });

  it("takes a package's unit as it is", async () => {
    assert.deepEqual(steps(await install(found({ packaged: PACKAGED }))), [ENABLE, START]);
    const image = await install(found({ packaged: PACKAGED }), { isImage: true });
    assert.deepEqual(steps(image), [
      `link /etc/systemd/system/multi-user.target.wants/imds.service -> ${PACKAGED}`,
    ]);
  });

  for (const unit of [file('foreign'), { kind: 'masked' }, { kind: 'other' }] as const) {
    it(`leaves alone what is not its own: ${unit.kind}`, async () => {
      await assert.rejects(install(found({ unit })), /and is not touched/);
    });
  }
  it('writes over a unit of somebody else where it is forced to, and over no link', async () => {
    assert.deepEqual(steps(await install(found({ unit: file('foreign') }), { force: true }))[0], WRITE);
    for (const kind of ['masked', 'other'] as const) {
      await assert.rejects(install(found({ unit: { kind } }), { force: true }), /and is not touched/);
    }
  });

  it('tells of the predecessor, and replaces it where that is asked', async () => {
    const predecessor: Service = { ...NONE, unit: file('foreign'), isEnabled: true, isActive: true };
    const told = await install(found({}, { predecessor }));
    assert.deepEqual(steps(told), [WRITE, RELOAD, ENABLE, START]);
    assert.match(told.notes.join(), /imds_tracer_tool\.service .* is running, .* --replace-predecessor/);
    const replaced = await install(found({}, { predecessor }), { replacePredecessor: true });
    assert.deepEqual(
      steps(replaced).slice(-5),
      ['systemctl disable --now imds_tracer_tool.service', WRITE, RELOAD, ENABLE, START].slice(-5),
    );
    const image = await install(found({}, { predecessor: { ...predecessor, isActive: false } }), {
      replacePredecessor: true,
      isImage: true,
    });
    assert.ok(
      steps(image).includes('remove /etc/systemd/system/multi-user.target.wants/imds_tracer_tool.service'),
    );
  });

  it('shows the contents of files', async () => {
    const text = planText(await install(found()), tree);
    assert.equal(text, `would ${WRITE}\n  | the unit\nwould ${RELOAD}\nwould ${ENABLE}\nwould ${START}`);
  });

  it('undoes it all', () => {
    const survey = found(
      { unit: file('ours'), isEnabled: true, isActive: true },
      { folders: ['/var/log/imds'] },
    );
    const expected = [
      'systemctl disable --now imds.service',
      'remove /etc/systemd/system/imds.service',
      RELOAD,
      'systemctl reset-failed imds.service',
    ];
    const plan = uninstall(survey);
    assert.deepEqual(steps(plan), expected);
    assert.match(plan.notes.join(), /logs stay in \/var\/log\/imds/);
    assert.deepEqual(steps(uninstall(survey, { purge: true })), [
      ...expected,
      'remove the files of imds in /var/log/imds, and the folder',
    ]);
    assert.deepEqual(uninstall(found()), { steps: [], notes: [] });
  });

  it('removes no unit that is not its own, or that was changed, unless it is forced to', () => {
    assert.throws(() => uninstall(found({ unit: file('foreign') })), /and it is not touched/);
    assert.throws(
      () => uninstall(found({ unit: { kind: 'other' } }), { force: true }),
      /and it is not touched/,
    );
    const changed = found({ unit: file('changed'), isEnabled: true, isActive: true });
    assert.deepEqual(steps(uninstall(changed)), ['systemctl disable --now imds.service']);
    assert.ok(steps(uninstall(changed, { force: true })).includes('remove /etc/systemd/system/imds.service'));
  });

  it("stops a package's unit, and leaves it to the package", () => {
    const plan = uninstall(found({ packaged: PACKAGED, isEnabled: true, isActive: true }));
    assert.deepEqual(steps(plan), ['systemctl disable --now imds.service']);
    assert.match(plan.notes.join(), /is the package's, and goes with it/);
  });
});
