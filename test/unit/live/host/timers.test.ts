import assert from 'node:assert/strict';
import { findTimer } from '../../../../src/live/host/timers.ts';
import { MadeUpRoot } from './root.ts';

const LIB = 'usr/lib/systemd/system';
const ETC = 'etc/systemd/system';

describe('timers, by the files of systemd', () => {
  it('trigger the service of their name, where they are enabled', () =>
    MadeUpRoot.with((root, tree) => {
      root
        .file(`${LIB}/apt-daily.timer`, '[Timer]\nOnCalendar=daily\n')
        .file(`${LIB}/fstrim.timer`, '[Timer]\n');
      root.link(`${ETC}/timers.target.wants/apt-daily.timer`, '/usr/lib/systemd/system/apt-daily.timer');
      assert.equal(findTimer(tree, 'apt-daily.service', false), 'apt-daily.timer');
      assert.equal(findTimer(tree, 'fstrim.service', false), undefined);
      assert.equal(findTimer(tree, 'apt-daily.service', true), undefined);
      assert.equal(findTimer(tree, 'nginx.service', false), undefined);
      root.file('var/lib/systemd/timers/stamp-fstrim.timer', '');
      assert.equal(findTimer(tree, 'fstrim.service', false), 'fstrim.timer');
    }));

  it('trigger what Unit= says, also in place of their own name', () =>
    MadeUpRoot.with((root, tree) => {
      root.file(`${ETC}/nightly.timer`, '[Timer]\n  Unit = report.service \n');
      root.link(`${ETC}/timers.target.wants/nightly.timer`, '../nightly.timer');
      assert.equal(findTimer(tree, 'report.service', false), 'nightly.timer');
      assert.equal(findTimer(tree, 'nightly.service', false), undefined);
    }));

  it('have instances', () =>
    MadeUpRoot.with((root, tree) => {
      root
        .file(`${LIB}/backup@.timer`, '[Timer]\n')
        .file(`${LIB}/sync@.timer`, '[Timer]\nUnit=job-%i.service\n');
      for (const name of ['backup@home.timer', 'sync@a.timer'])
        root.link(
          `${ETC}/timers.target.wants/${name}`,
          `/usr/lib/systemd/system/${name.replace(/@.*\./, '@.')}`,
        );
      assert.equal(findTimer(tree, 'backup@home.service', false), 'backup@home.timer');
      assert.equal(findTimer(tree, 'backup@other.service', false), undefined);
      assert.equal(findTimer(tree, 'job-a.service', false), 'sync@a.timer');
    }));

  it('are those of the first folder, transient ones and those of user managers too', () =>
    MadeUpRoot.with((root, tree) => {
      root
        .file(`${LIB}/a.timer`, '[Timer]\nUnit=old.service\n')
        .file(`${ETC}/a.timer`, '[Timer]\nUnit=new.service\n');
      root.link(`${ETC}/timers.target.wants/a.timer`, '../a.timer');
      assert.equal(findTimer(tree, 'new.service', false), 'a.timer');
      assert.equal(findTimer(tree, 'old.service', false), undefined);
      root.file('run/systemd/transient/run-u1.timer', '[Timer]\n');
      assert.equal(findTimer(tree, 'run-u1.service', false), 'run-u1.timer');
      root.file('usr/lib/systemd/user/u.timer', '[Timer]\n');
      root.link('etc/systemd/user/timers.target.wants/u.timer', '/usr/lib/systemd/user/u.timer');
      assert.equal(findTimer(tree, 'u.service', true), 'u.timer');
    }));

  it('are not masked ones, and nothing hostile is read', () =>
    MadeUpRoot.with((root, tree) => {
      root.link(`${ETC}/m.timer`, '/dev/null').file(`${LIB}/m.timer`, '[Timer]\n');
      root.fifo(`${LIB}/f.timer`).file(`${LIB}/huge.timer`, Buffer.alloc(70_000, '\n'));
      root.link(`${LIB}/out.timer`, '/etc/passwd').file(`${LIB}/x y.timer`, '');
      for (const name of ['m', 'f', 'huge', 'out', 'x y'])
        root.link(`${ETC}/timers.target.wants/${name}.timer`, 'x');
      for (const name of ['m', 'f', 'huge', 'out', 'x y', '../x', 'n'.repeat(300)])
        assert.equal(findTimer(tree, `${name}.service`, false), undefined, name);
    }));
});
