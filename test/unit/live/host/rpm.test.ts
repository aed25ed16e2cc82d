import assert from 'node:assert/strict';
import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { findRpm, hasRpm } from '../../../../src/live/host/rpm.ts';
import { MadeUpRoot } from './root.ts';

/** Calls with a program in place of rpm. */
async function instead(
  script: string,
  use: (program: string, root: MadeUpRoot) => Promise<void>,
): Promise<void> {
  const root = new MadeUpRoot();
  try {
    root.file('rpm', `#!/bin/sh\n${script}\n`);
    const program = join(root.folder, 'rpm');
    chmodSync(program, 0o755);
    await use(program, root);
  } finally {
    root.remove();
  }
}

describe('packages of rpm', () => {
  it('are asked for without a shell, an environment, or options in the path', () =>
    instead(
      'env > "$(dirname "$0")/env"; for arg; do :; done; printf "%s\\t1.0-2.el9\\n" "$#"; echo "$arg" > "$(dirname "$0")/path"',
      async (program, root) => {
        const path = '/usr/bin/x $(touch y); --eval';
        process.env.IMDS_TEST_SECRET = 'x';
        const found = await findRpm(path, { program });
        delete process.env.IMDS_TEST_SECRET;
        assert.deepEqual(found, { name: '5', version: '1.0-2.el9', manager: 'rpm' });
        const { readFileSync } = await import('node:fs');
        assert.equal(readFileSync(join(root.folder, 'path'), 'utf8'), `${path}\n`);
        assert.doesNotMatch(readFileSync(join(root.folder, 'env'), 'utf8'), /IMDS_TEST_SECRET|HOME/);
        assert.ok(!existsSync('y'));
      },
    ));

  it('are the first of those that have the file, with their epoch', () =>
    instead('printf "bash\\t1:5.1-2.el9\\nother\\t1\\n"', async (program) => {
      assert.deepEqual(await findRpm('/bin/bash', { program }), {
        name: 'bash',
        version: '1:5.1-2.el9',
        manager: 'rpm',
      });
    }));

  const NONE: readonly (readonly [string, string])[] = [
    ['says that nobody has it', 'echo "file /x is not owned by any package"; exit 1'],
    ['says what is no package', 'echo "file /x is not owned by any package"'],
    ['says nothing', 'exit 0'],
    ['never stops talking', 'yes 2>/dev/null | head -c 100000000'],
    ['kills itself', 'kill -9 $$'],
  ];
  for (const [what, script] of NONE) {
    it(`are none where it ${what}`, () =>
      instead(script, async (program) => {
        assert.equal(await findRpm('/x', { program }), undefined);
      }));
  }

  it('are none where there is no rpm, or none that ends', async function () {
    this.timeout(15_000);
    MadeUpRoot.with((root, tree) => {
      assert.equal(hasRpm(tree, '/bin/sh'), false);
      root.file('var/lib/rpm/rpmdb.sqlite', 'x');
      assert.equal(hasRpm(tree, '/bin/sh'), true);
      assert.equal(hasRpm(tree, '/nowhere/rpm'), false);
    });
    assert.equal(await findRpm('/x', { program: '/nowhere/rpm' }), undefined);
    await instead('exec sleep 60', async (program) => {
      const began = performance.now();
      assert.equal(await findRpm('/x', { program }), undefined);
      assert.ok(performance.now() - began < 9000);
    });
  });
});
