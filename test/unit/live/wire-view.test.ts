import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { bufferBytesOf } from '../../../src/live/wire-view.ts';
import { canCreateNamespaces } from '../../support/netns.ts';

/** Opens these interfaces so often, with the garbage collected in between; what cap frees too early shows at the end. */
function opening(interfaces: readonly string[], times: number): string {
  return `
    import { WireView } from './src/live/wire-view.ts';
    const endpoints = [{ address: '169.254.169.254', port: 80, family: 4 }];
    const options = { interfaces: ${JSON.stringify(interfaces)}, endpoints, lookups: undefined, now: () => 0n };
    const codes = new Set();
    for (let i = 0; i < ${times}; i++) {
      await WireView.open(options).then(
        (view) => view.read({}, {}, AbortSignal.abort()),
        (error) => codes.add(error.code),
      );
      globalThis.gc();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    console.log(...codes, 'goes on');
  `;
}

function assertGoesOn(interfaces: readonly string[], times: number, said: string): void {
  const program = opening(interfaces, times);
  const args = ['--expose-gc', '--import', 'tsx', '--input-type=module', '--eval', program];
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    timeout: 30_000,
  });
  assert.deepEqual({ status, signal, stdout }, { status: 0, signal: null, stdout: said }, stderr);
}

describe('the wire view', function () {
  this.timeout(60_000);

  before(function () {
    if (!existsSync('node_modules/cap/build/Release/cap.node')) this.skip();
  });

  it('has a ring of 10 to 32 MiB for each interface, by the memory of the host', () => {
    const MEBIBYTE = 2 ** 20;
    const mebibytes = (gibibytes: number, interfaces: number) =>
      bufferBytesOf(gibibytes * 1024 * MEBIBYTE, interfaces) / MEBIBYTE;
    assert.deepEqual(
      [
        mebibytes(0.5, 1),
        mebibytes(2, 1),
        mebibytes(4, 1),
        mebibytes(64, 1),
        mebibytes(64, 2),
        mebibytes(64, 9),
      ],
      [10, 16, 32, 32, 16, 10],
    );
  });

  it('goes on after an interface that cannot be opened', () =>
    assertGoesOn(['nosuch0'], 10, 'wire.open goes on\n'));

  it('goes on after one that was opened and closed, before one that cannot be', function () {
    if (!canCreateNamespaces()) this.skip();
    assertGoesOn(['lo', 'nosuch0'], 40, 'wire.open goes on\n');
  });

  it('goes on after captures that were read to their end', function () {
    if (!canCreateNamespaces()) this.skip();
    assertGoesOn(['lo'], 40, 'goes on\n');
  });
});
