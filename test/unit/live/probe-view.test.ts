import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProbeView } from '../../../src/live/probe-view.ts';

/** Says that it is ready, and then neither ends nor writes: as one that was stopped. */
const HUNG = "#!/bin/sh\necho 'imds-probe: ready' >&2\nexec sleep 60\n";

describe('the view of the sockets', () => {
  before(function () {
    if (process.platform === 'win32') this.skip();
  });

  it('is not waited for for good where the probe does not end, and that is told', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'imds-probe-view-'));
    const executable = join(folder, 'probe');
    writeFileSync(executable, HUNG);
    chmodSync(executable, 0o700);
    const told: string[] = [];
    const records: string[] = [];
    const view = await ProbeView.start({
      executable,
      endpoints: [],
      now: () => 1n,
      onLoss: (reason) => told.push(reason),
      endMs: 200,
    });
    try {
      const ending = new AbortController();
      const handler = {
        packet: () => {},
        record: (json: Uint8Array) => records.push(Buffer.from(json).toString()),
        nextStop: Number.POSITIVE_INFINITY,
        beforePacket: () => {},
      };
      const read = view.read({ accepts: () => true }, handler, ending.signal, () => undefined);
      ending.abort();
      await read;
      assert.deepEqual(told, ['imds-probe did not end in time']);
      assert.deepEqual(JSON.parse(records.at(-1) ?? ''), {
        type: 'probe_exit',
        time: '1',
        message: 'imds-probe did not end in time',
      });
    } finally {
      process.kill(view.pid ?? 0, 'SIGKILL');
      rmSync(folder, { recursive: true });
    }
  });
});
