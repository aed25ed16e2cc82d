import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const PROGRAM = `
  import { WireView } from './src/live/wire-view.ts';
  const endpoints = [{ address: '169.254.169.254', port: 80, family: 4 }];
  const options = { interfaces: ['nosuch0'], endpoints, lookups: undefined, now: () => 0n };
  await WireView.open(options).catch((error) => console.log(error.code));
  for (let i = 0; i < 10; i++) {
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  console.log('goes on');
`;

describe('the wire view', function () {
  this.timeout(30_000);

  it('goes on after an interface that cannot be opened', function () {
    if (!existsSync('node_modules/cap/build/Release/cap.node')) this.skip();
    const args = ['--expose-gc', '--import', 'tsx', '--input-type=module', '--eval', PROGRAM];
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    assert.deepEqual(
      { status, signal, stdout },
      { status: 0, signal: null, stdout: 'wire.open\ngoes on\n' },
      stderr,
    );
  });
});
