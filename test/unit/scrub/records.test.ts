import assert from 'node:assert/strict';
import { parseRecord } from '../../../src/bpf/parse.ts';
import type { JournalRecord, ProcessRecord, SessionRecord } from '../../../src/bpf/records.ts';
import { InterfaceNames } from '../../../src/scrub/interface-names.ts';
import { RecordScrubber } from '../../../src/scrub/records.ts';
import { Names } from '../../../src/scrub/strict/names.ts';
import { journal } from '../../support/journal.ts';
import { TOKEN } from '../../support/packets/index.ts';

function scrubbed<T extends JournalRecord>(record: T, names?: Names): JournalRecord {
  const json = JSON.stringify(new RecordScrubber(new InterfaceNames(), names).scrub(record));
  const parsed = parseRecord(Buffer.from(json));
  assert.ok('record' in parsed, json);
  return parsed.record;
}

const session = (over: Partial<SessionRecord>) => scrubbed(journal.session(over)) as SessionRecord;
const processOf = (over: Partial<ProcessRecord>) =>
  scrubbed(journal.process({ pid: 1, start: '2' }, over)) as ProcessRecord;

describe('scrub, records', () => {
  it('stay what they are where there is nothing to hide', () => {
    for (const record of [
      journal.session({
        kernel: '6.1.0-18-cloud-amd64',
        versions: { node: 'v20.19.1', libpcap: 'libpcap version 1.10.3 (with TPACKET_V3)' },
        interfaces: ['any', 'eth0', 'enp0s31f6', 'br-0123456789ab'],
      }),
      journal.process(
        { pid: 7, start: '9' },
        { args: ['curl', '-s', 'http://169.254.169.254/'], unit: 'cron.service' },
      ),
      journal.opened(1),
      journal.closed(2),
      journal.stream(3),
    ]) {
      assert.deepEqual(scrubbed(record), parsedOf(record));
    }
  });

  it('have no place: the form gives it', () => {
    assert.equal(scrubbed({ ...journal.opened(1), after_packet: 7 }).after_packet, undefined);
  });

  it('have what has not the form of a version, or of a usual name, left out or replaced', () => {
    const { kernel, versions, interfaces } = session({
      kernel: 'my secret kernel',
      versions: { imds: TOKEN, node: 'v20.1; rm' },
      interfaces: ['eth0', 'hunter2', 'lo'],
    });
    assert.deepEqual(
      { kernel, versions, interfaces },
      { kernel: undefined, versions: {}, interfaces: ['eth0', 'interface-1', 'lo'] },
    );
  });

  it('have the id of a session that is a token replaced', () => {
    assert.equal(
      session({ session: TOKEN.replaceAll('=', '').slice(0, 60) }).session.includes('AQAE'),
      false,
    );
  });

  it('have no reasons and messages in free words, and no names of counters that are secrets', () => {
    const time = '1';
    assert.deepEqual(scrubbed({ type: 'end', time, reason: 'x' }), { type: 'end', time });
    assert.deepEqual(scrubbed({ type: 'probe_exit', time, signal: 'SIGKILL', message: 'x' }), {
      type: 'probe_exit',
      time,
      signal: 'SIGKILL',
    });
    assert.deepEqual(scrubbed({ type: 'probe_exit', time, signal: 'hunter2' }), { type: 'probe_exit', time });
    const counters = { 'packets.ring_full': '1', [`a.${TOKEN.slice(0, 40)}`]: '2' };
    assert.deepEqual(scrubbed({ type: 'losses', time, counters }), {
      type: 'losses',
      time,
      counters: { 'packets.ring_full': '1' },
    });
  });

  it('are still records where a mask is longer than the secret', () => {
    const long = 'pw=a '.repeat(51).slice(0, 256);
    const { name, unit, user_name } = processOf({ name: long, unit: long, user_name: long });
    for (const text of [name, unit, user_name]) assert.match(text ?? '', /pw=\*\*\*\*\*/);
  });

  it('have names replaced with --strict, and none without', () => {
    const names = new Names();
    names.learnHost('web-7');
    const args = ['ssh', 'web-7'];
    const process = scrubbed(
      journal.process({ pid: 1, start: '2' }, { args, name: 'web-7' }),
      names,
    ) as ProcessRecord;
    const header = scrubbed(journal.session({ host: { id: 'ab12', name: 'web-7' } }), names) as SessionRecord;
    assert.equal(process.args?.[1], header.host?.name);
    assert.equal(process.name, header.host?.name);
    assert.notEqual(header.host?.name, 'web-7');
    assert.notEqual(header.host?.id, 'ab12');
    assert.deepEqual(processOf({ args }).args, args);
  });
});

function parsedOf(record: JournalRecord): JournalRecord {
  const parsed = parseRecord(Buffer.from(JSON.stringify(record)));
  assert.ok('record' in parsed);
  return parsed.record;
}
