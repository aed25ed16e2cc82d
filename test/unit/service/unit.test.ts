import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { authorshipOf, renderUnit } from '../../../src/service/unit.ts';

const template = readFileSync('packaging/imds.service', 'utf8');
/** `systemd-analyze security` counts in tenths. */
const MOST_EXPOSED = 30;

const render = (program: string[], notifies = true) => renderUnit({ template, program, notifies });

describe('the unit', () => {
  it('starts the program where it is, and needs its file system', () => {
    const text = render(['/opt/imds/bin/imds']);
    assert.match(text, /^ExecStart=\/opt\/imds\/bin\/imds live --quiet --exit-on-probe-loss$/m);
    assert.match(text, /^RequiresMountsFor=\/opt\/imds\/bin\/imds$/m);
    assert.doesNotMatch(text, /\/usr\/bin\/imds/);
    const two = render(['/usr/bin/node', '/srv/imds/bin/run.js']);
    assert.match(two, /^ExecStart=\/usr\/bin\/node \/srv\/imds\/bin\/run\.js live /m);
    assert.match(two, /^RequiresMountsFor=\/usr\/bin\/node \/srv\/imds\/bin\/run\.js$/m);
  });

  it("is the package's, but for its place and its first lines", () => {
    assert.equal(render(['/usr/bin/imds']).split('\n').slice(2).join('\n'), template);
  });

  it('waits for nothing that cannot be told', () => {
    const text = render(['/usr/bin/imds'], false);
    assert.match(text, /^Type=exec$/m);
    assert.doesNotMatch(text, /^(?:Type=notify|NotifyAccess|WatchdogSec)/m);
  });

  for (const path of [
    '/a b/imds',
    '/a%b/imds',
    '/a$b',
    '/a"b',
    "/a'b",
    '/a;b',
    '/a\\b',
    '/a\nb',
    'imds',
    '-/imds',
    '',
  ]) {
    it(`does not start ${JSON.stringify(path)}`, () => {
      assert.throws(() => render([path]), /systemd reads such a path in ways of its own/);
    });
  }

  it('is known again, and so is each change of it', () => {
    const text = render(['/usr/bin/imds']);
    assert.equal(authorshipOf(text), 'ours');
    assert.equal(authorshipOf(`${text}\n`), 'changed');
    assert.equal(authorshipOf(text.replace('WatchdogSec=60', 'WatchdogSec=61')), 'changed');
    assert.equal(authorshipOf(text.split('\n')[0] ?? ''), 'changed');
    for (const other of [template, '', '\n', `\n${text}`]) assert.equal(authorshipOf(other), 'foreign');
  });

  it('gives each capability with a reason', () => {
    const lines = template.split('\n');
    const names = lines.flatMap((line, index) => {
      const [, list = ''] = /^CapabilityBoundingSet=(.*)$/.exec(line) ?? [];
      const reason = lines[index - 1] ?? '';
      return list
        .split(' ')
        .filter(Boolean)
        .map((name) => {
          assert.ok(
            reason.startsWith('# ') && reason.includes(name.replace('CAP_', '')),
            `${name}: ${reason}`,
          );
          return name;
        });
    });
    assert.equal(names.length, 9);
  });

  describe('as systemd reads it', () => {
    let folder: string;
    let file: string;
    before(() => {
      folder = mkdtempSync(join(tmpdir(), 'imds-unit-'));
      file = join(folder, 'imds.service');
      // Which has to be there: this stands for it.
      writeFileSync(file, render(['/bin/true']));
    });
    after(() => rmSync(folder, { recursive: true }));

    it('has no mistake', () => {
      const { stderr, error } = spawnSync('systemd-analyze', ['verify', '--man=no', file], {
        encoding: 'utf8',
      });
      assert.equal(error, undefined);
      assert.deepEqual(
        stderr.split('\n').filter((line) => line.includes('imds')),
        [],
      );
    });

    it(`is exposed at most ${MOST_EXPOSED / 10} of 10`, () => {
      const args = ['security', '--offline=true', `--threshold=${MOST_EXPOSED}`, '--no-pager', file];
      const { status, stdout } = spawnSync('systemd-analyze', args, { encoding: 'utf8' });
      assert.equal(status, 0, stdout);
      assert.match(stdout, /Overall exposure level for imds\.service: \d/);
    });
  });
});
