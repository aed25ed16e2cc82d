import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Stands for Node: tells what it was started with. */
const FAKE_NODE = '#!/bin/sh\nprintf "%s|" "$0" "$(env | grep ^NODE_)" "$@"\n';
/** What a caller may have set for a Node of its own. */
const OF_ANOTHER_NODE = {
  NODE_OPTIONS: '--inspect',
  NODE_PATH: '/srv/modules',
  NODE_EXTRA_CA_CERTS: '/srv/ca.crt',
  NODE_COMPILE_CACHE: '/srv/cache',
  NODE_V8_COVERAGE: '/srv/coverage',
  NODE_DEBUG: 'net',
};

describe('the launcher of a package', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'imds-launcher-'));
    for (const path of ['opt/bin', 'opt/lib/imds', 'a', 'b'])
      mkdirSync(join(folder, path), { recursive: true });
    install('imds', '/');
    install('elsewhere', '/nonexistent/ld.so');
    writeFileSync(join(folder, 'opt/lib/imds/node'), FAKE_NODE, { mode: 0o755 });
    symlinkSync('../opt/bin/imds', join(folder, 'a/imds'));
    symlinkSync(join(folder, 'a/imds'), join(folder, 'b/tool'));
  });
  after(() => rmSync(folder, { recursive: true }));

  function install(name: string, loader: string): void {
    const text = readFileSync('packaging/imds.sh', 'utf8')
      .replaceAll('@LOADER@', loader)
      .replaceAll('@GLIBC_MINOR@', '28');
    writeFileSync(join(folder, 'opt/bin', name), text);
    chmodSync(join(folder, 'opt/bin', name), 0o755);
  }

  for (const [from, name, lib] of [
    ['/', 'FOLDER/opt/bin/imds', 'FOLDER/opt/bin/../lib/imds'],
    ['opt/bin', './imds', './../lib/imds'],
    ['opt', 'bin/imds', 'bin/../lib/imds'],
    ['a', './imds', './../opt/bin/../lib/imds'],
    ['/', 'FOLDER/b/tool', 'FOLDER/a/../opt/bin/../lib/imds'],
  ] as const) {
    it(`finds its Node when called as ${name} in ${from}`, () => {
      const { stdout, status, stderr } = spawnSync(name.replace('FOLDER', folder), ['analyze', 'a b'], {
        cwd: from === '/' ? '/' : join(folder, from),
        env: { PATH: process.env.PATH ?? '', ...OF_ANOTHER_NODE },
        encoding: 'utf8',
      });
      const here = lib.replace('FOLDER', folder);
      assert.deepEqual(
        { stdout, status },
        { stdout: `${here}/node||${here}/bin/run.js|analyze|a b|`, status: 0 },
        stderr,
      );
    });
  }

  it('says what is missing where there is no glibc', () => {
    const { status, stderr } = spawnSync(join(folder, 'opt/bin/elsewhere'), [], { encoding: 'utf8' });
    assert.equal(status, 5);
    assert.match(stderr, /^imds: this package is for Linux .* no \/nonexistent\/ld\.so\. Analyze .*\n$/);
  });
});
