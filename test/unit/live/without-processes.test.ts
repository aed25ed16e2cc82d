import assert from 'node:assert/strict';
import type { JournalRecord } from '../../../src/bpf/records.ts';
import type { View } from '../../../src/live/view.ts';
import { withoutProcesses } from '../../../src/live/without-processes.ts';
import type { JournalHandler } from '../../../src/ports.ts';
import { journal } from '../../support/journal.ts';

describe('a view without processes', () => {
  it('keeps sockets and counts, and nothing of who has them', async () => {
    const process = { pid: 7, start: '70' };
    const records: JournalRecord[] = [
      journal.process(process),
      journal.opened(1, { process, tid: 9 }),
      journal.stream(1),
      journal.closed(2, { process, sent: '92' }),
      journal.tick(3),
    ];
    const inner: View = {
      description: 'sockets',
      tellsTime: true,
      losses: { 'packets.ring_full': 1 },
      read: async (_filter, handler) => {
        for (const record of records) handler.record(Buffer.from(JSON.stringify(record)), WHERE);
        handler.record(Buffer.from('{"type":"later"}'), WHERE);
      },
    };
    const seen: unknown[] = [];
    const handler: JournalHandler = {
      packet: () => {},
      record: (json) => seen.push(JSON.parse(Buffer.from(json).toString())),
      nextStop: Number.POSITIVE_INFINITY,
      beforePacket: () => {},
    };
    const view = withoutProcesses(inner);
    const { signal } = new AbortController();
    await view.read({ accepts: () => true }, handler, signal, () => undefined);
    assert.deepEqual(seen, [
      journal.opened(1),
      journal.stream(1),
      journal.closed(2, { sent: '92' }),
      journal.tick(3),
      { type: 'later' },
    ]);
    assert.deepEqual(view.losses, { 'packets.ring_full': 1 });
  });
});

const WHERE = { offset: 0, packetsBefore: 0 };
