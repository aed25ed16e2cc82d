import assert from 'node:assert/strict';
import { journal } from '../support/journal.ts';
import { EPOCH_NS, writePcap } from '../support/packets/index.ts';
import { imds } from './run.ts';
import { Folder } from './saved-events.ts';

const TWO_DAYS = 172_800_000_000_000n;
const OF_CONTAINER = 'One container alone was watched';

/** Two days without a call, as a probe records them that reaches the sockets of `scope`. */
function recording(scope: 'host' | 'container'): string {
  const records = [
    journal.session({ time: String(EPOCH_NS), boot_time: undefined, views: ['sockets'], scope }),
    { type: 'tick', time: String(EPOCH_NS + TWO_DAYS) },
  ];
  return records.map((record) => `${JSON.stringify({ ...record, after_packet: 0 })}\n`).join('');
}

describe('a recording made in the cgroup namespace of a container', () => {
  const folder = new Folder();

  async function statuses(scope: 'host' | 'container'): Promise<{ status: string[]; text: string }> {
    const capture = folder.put('c.pcap', writePcap([]));
    folder.put('c.pcap.correlations.jsonl', recording(scope));
    const { stdout: json } = await imds(['analyze', capture, '--json']);
    const report = folder.put('report.json', json);
    const again = await imds(['report', report, '--json']);
    const text = await imds(['analyze', capture]);
    return {
      status: [json, again.stdout].map((read) => JSON.parse(read).verdict.status),
      text: text.stdout.replace(/\s+/g, ' '),
    };
  }

  it('makes no host READY, for the sockets of that container alone were watched', async () => {
    const { status, text } = await statuses('container');
    assert.deepEqual(status, ['not-enough-evidence', 'not-enough-evidence']);
    assert.ok(text.includes(OF_CONTAINER), text);
  });

  it('while one of the host does', async () => {
    const { status, text } = await statuses('host');
    assert.deepEqual(status, ['ready', 'ready']);
    assert.ok(!text.includes(OF_CONTAINER), text);
  });
});
