import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { laySystemRoot, settle } from '../../../scripts/pack/system-root.mjs';
import { packTarball } from '../../../scripts/pack/tarball.mjs';

const EPOCH = 1_700_000_000;

describe('packing', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'imds-pack-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** The same tree, of other times and written in another order. */
  function tree(name: string, order: readonly string[], time: number): string {
    const path = join(folder, name, 'imds');
    mkdirSync(join(path, 'bin'), { recursive: true });
    for (const file of order) {
      writeFileSync(join(path, 'bin', file), file);
      chmodSync(join(path, 'bin', file), 0o755);
      utimesSync(join(path, 'bin', file), time, time);
    }
    return path;
  }

  it('gives the same bytes of the same files, whenever they were written', async () => {
    const [first, second] = [join(folder, '1.tar.gz'), join(folder, '2.tar.gz')];
    await packTarball(tree('one', ['a', 'b'], 1_000_000_000), first, EPOCH);
    await packTarball(tree('two', ['b', 'a'], 1_600_000_000), second, EPOCH);
    assert.deepEqual(readFileSync(first), readFileSync(second));
    const listed = execFileSync('tar', ['-tvzf', first, '--numeric-owner'], {
      encoding: 'utf8',
      env: { TZ: 'UTC' },
    });
    assert.match(listed, /^-rwxr-xr-x 0\/0 +1 2023-11-14 22:13 imds\/bin\/a$/m);
  });

  it('lays a system package out below /usr, with the unit, and every file of the same time', () => {
    const root = join(folder, 'root');
    laySystemRoot(tree('one', ['imds'], 1_000_000_000), root);
    settle(root, EPOCH);
    for (const path of ['usr/bin/imds', 'usr/lib/systemd/system/imds.service', 'usr']) {
      assert.equal(statSync(join(root, path)).mtimeMs, EPOCH * 1000, path);
    }
    assert.ok(readFileSync(join(root, 'etc/imds/imds.toml')).equals(readFileSync('packaging/imds.toml')));
    const unit = readFileSync(join(root, 'usr/lib/systemd/system/imds.service'), 'utf8');
    assert.match(unit, /^ExecStart=\/usr\/bin\/imds live /m);
  });
});
