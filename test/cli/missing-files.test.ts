import assert from 'node:assert/strict';
import { journal } from '../support/journal.ts';
import { EPOCH_NS, writePcap } from '../support/packets/index.ts';
import { imds } from './run.ts';
import { Folder } from './saved-events.ts';

const HOUR = 3_600_000_000_000n;

describe('a recording of which files are missing', () => {
  const folder = new Folder();

  const session = (id: string, hour: bigint, part = 1) =>
    journal.session({
      session: id,
      time: String(EPOCH_NS + hour * HOUR),
      boot_time: undefined,
      views: ['sockets'],
      part,
    });
  const tick = (hour: bigint) => ({ type: 'tick', time: String(EPOCH_NS + hour * HOUR) });

  async function analyzed(
    ...records: object[]
  ): Promise<{ status: string; duration: bigint; stderr: string }> {
    const capture = folder.put('c.pcap', writePcap([]));
    const lines = records.map((record) => `${JSON.stringify({ ...record, after_packet: 0 })}\n`);
    folder.put('c.pcap.correlations.jsonl', lines.join(''));
    const { stdout, stderr } = await imds(['analyze', capture, '--json']);
    const [host] = JSON.parse(stdout).verdict.hosts;
    return { status: host.status, duration: BigInt(host.watched.duration_ns), stderr };
  }

  it('was watched from its beginning where the first file is there', async () => {
    const { status, duration, stderr } = await analyzed(session('s', 0n), tick(48n));
    assert.deepEqual([status, duration, stderr], ['ready', 48n * HOUR, '']);
  });

  it('was watched behind those that a ring has deleted: what they had, nobody knows', async () => {
    const { status, duration, stderr } = await analyzed(session('s', 0n, 9), tick(47n), tick(48n));
    assert.deepEqual([status, duration], ['not-enough-evidence', HOUR]);
    assert.match(stderr, /files 1 to 8 of this recording are not there: its time under watch begins behind/);
  });

  it('was not watched between two sessions that somebody put into one file', async () => {
    const { status, duration } = await analyzed(session('s', 0n), tick(1n), session('t', 47n), tick(48n));
    assert.deepEqual([status, duration], ['not-enough-evidence', HOUR]);
  });
});
