import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkProgram, programOf } from '../../../src/service/program.ts';

describe('the program of a service', () => {
  let folder: string;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'imds-program-')));
    mkdirSync(join(folder, 'opt/lib/imds/bin'), { recursive: true });
    mkdirSync(join(folder, 'opt/bin'));
    for (const path of ['opt/bin/imds', 'opt/lib/imds/node', 'opt/lib/imds/bin/run.js', 'node'])
      writeFileSync(join(folder, path), '', { mode: 0o755 });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is the launcher of a package, and another Node's script by that Node", async () => {
    const root = join(folder, 'opt/lib/imds');
    assert.deepEqual(await programOf(root, join(root, 'node')), [join(folder, 'opt/bin/imds')]);
    symlinkSync(join(folder, 'opt'), join(folder, 'link'));
    const linked = join(folder, 'link/lib/imds');
    assert.deepEqual(await programOf(linked, join(linked, 'node')), [join(folder, 'opt/bin/imds')]);
    const node = join(folder, 'node');
    assert.deepEqual(await programOf(root, node), [node, join(root, 'bin/run.js')]);
  });

  it('is there', async () => {
    for (const path of [join(folder, 'missing'), 'node', '']) {
      await assert.rejects(checkProgram([path]), /there is no such program/);
    }
  });

  describe("as root's", () => {
    let own: string;
    before(function () {
      if (process.getuid?.() !== 0) this.skip();
    });
    beforeEach(() => {
      // Not in the folder for temporary files: that one others may write to.
      own = mkdtempSync('/var/lib/imds-program-');
      chmodSync(own, 0o755);
      mkdirSync(join(own, 'bin'));
      writeFileSync(join(own, 'bin/imds'), '', { mode: 0o755 });
      symlinkSync('bin/imds', join(own, 'link'));
    });
    afterEach(() => rmSync(own, { recursive: true }));

    it('may be started, also by a link', async () => {
      await checkProgram([join(own, 'bin/imds'), join(own, 'link')]);
    });

    it('may not where others could change it, or a folder on the way, or where a link leads', async () => {
      chmodSync(join(own, 'bin/imds'), 0o775);
      for (const path of ['bin/imds', 'link']) {
        await assert.rejects(checkProgram([join(own, path)]), /bin\/imds can be written by others than root/);
      }
      chmodSync(join(own, 'bin/imds'), 0o755);
      chownSync(join(own, 'bin'), 1000, 0);
      await assert.rejects(checkProgram([join(own, 'link')]), /bin belongs to uid 1000/);
      await assert.rejects(checkProgram([join(folder, 'node')]), /can be written by others than root/);
    });
  });
});
