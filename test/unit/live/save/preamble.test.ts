import assert from 'node:assert/strict';
import { DEFAULT_LIMITS } from '../../../../src/bpf/limits.ts';
import type { JournalRecord } from '../../../../src/bpf/records.ts';
import { Preamble } from '../../../../src/live/save/preamble.ts';
import type { Counters } from '../../../../src/model.ts';
import { journal } from '../../../support/journal.ts';

const INIT = { pid: 1, start: '1' };
const SHELL = { pid: 2, start: '2' };
const CURL = { pid: 3, start: '3' };

/** Hands records over as a writer does; what was written because of each. */
function learn(preamble: Preamble, ...records: JournalRecord[]): string[] {
  return records.flatMap((record) => {
    const missing = preamble.missing(record);
    preamble.learn(record);
    return missing.map(word);
  });
}

function word(record: JournalRecord): string {
  if (record.type === 'process')
    return `process ${record.pid}${record.exec === undefined ? '' : `/${record.exec}`}`;
  if ('cookie' in record) return `${record.type} ${record.cookie}`;
  return record.type;
}

describe('preamble of a rotated file', () => {
  let losses: Counters;
  let preamble: Preamble;
  beforeEach(() => {
    losses = {};
    preamble = new Preamble(DEFAULT_LIMITS, losses);
  });
  const begun = (): string[] => preamble.begin().map(word);

  it('is empty while nothing is known', () => {
    assert.deepEqual(begun(), []);
  });

  it('has what is open, after its processes, and ends with the time', () => {
    const written = learn(
      preamble,
      journal.tick(1),
      journal.process(INIT),
      journal.process(SHELL, { ancestors: [INIT] }),
      journal.process(CURL, { ancestors: [SHELL, INIT] }),
      journal.opened(2, { cookie: '7', process: CURL }),
      journal.stream(3, { cookie: '7' }),
      journal.opened(4, { cookie: '8', process: SHELL }),
      journal.losses(5, { 'packets.shed': '1' }),
      journal.closed(6, { cookie: '8' }),
      journal.probeExit(7),
      journal.tick(8),
    );
    assert.deepEqual(written, []);
    assert.deepEqual(begun(), [
      'process 1',
      'process 2',
      'process 3',
      'socket_opened 7',
      'stream 7',
      'losses',
      'probe_exit',
      'tick',
    ]);
    assert.deepEqual(learn(preamble, journal.opened(9, { cookie: '9', process: CURL })), []);
  });

  it('brings the ancestors of a caller that stays, after many times as many processes as are kept', () => {
    preamble = new Preamble({ ...DEFAULT_LIMITS, processes: 64 }, losses);
    learn(preamble, journal.process(INIT), journal.process(SHELL, { ancestors: [INIT] }));
    learn(preamble, journal.process(CURL, { ancestors: [SHELL, INIT] }));
    for (let pid = 100; pid < 1000; pid++) {
      const cookie = String(pid);
      learn(preamble, journal.process({ pid, start: '1' }));
      if (pid % 20 > 0) continue;
      // Nothing is to be repeated within the file.
      assert.deepEqual(learn(preamble, journal.opened(pid, { cookie, process: CURL })), []);
      learn(preamble, journal.closed(pid, { cookie }));
    }
    preamble.begin();
    assert.deepEqual(learn(preamble, journal.opened(1000, { cookie: '1000', process: CURL })), [
      'process 1',
      'process 2',
      'process 3',
    ]);
  });

  it('repeats what the host said, each as it was told last', () => {
    const program = { type: 'program', time: '1', path: '/x', package: 'x', manager: 'dpkg' } as const;
    const container = { type: 'container', time: '1', container_id: 'c' } as const;
    const user = { type: 'user', time: '1', user_id: 0, name: 'root' } as const;
    const unit = { type: 'unit', time: '1', unit: 'a.service', timer: 'a.timer' } as const;
    const latest = { ...container, time: '2', image: 'y' };
    learn(preamble, program, container, user, program, unit, latest, journal.tick(1));
    assert.deepEqual(preamble.begin(), [program, latest, user, unit, journal.tick(1)]);
  });

  it('brings a process that only a later record refers to, once', () => {
    learn(preamble, journal.process(INIT), journal.process(SHELL, { ancestors: [INIT] }));
    assert.deepEqual(begun(), []);
    const opened = journal.opened(1, { process: SHELL });
    assert.deepEqual(learn(preamble, opened, opened), ['process 1', 'process 2']);
    begun();
    const child = journal.process(CURL, { ancestors: [SHELL, INIT] });
    begun();
    learn(preamble, journal.closed(2));
    assert.deepEqual(begun(), []);
    assert.deepEqual(learn(preamble, child), ['process 1', 'process 2']);
    assert.deepEqual(learn(preamble, journal.procfs(3, { process: CURL })), []);
  });

  it('keeps the image that was written last the latest one', () => {
    learn(
      preamble,
      journal.process({ ...SHELL, exec: 1 }),
      journal.opened(1, { process: { ...SHELL, exec: 1 } }),
      journal.process({ ...SHELL, exec: 2 }),
    );
    assert.deepEqual(begun().slice(0, 2), ['process 2/1', 'process 2/2']);
    learn(preamble, journal.closed(2));
    begun();
    assert.deepEqual(learn(preamble, journal.opened(3, { cookie: '2', process: SHELL })), ['process 2/2']);
    const old = journal.opened(4, { cookie: '3', process: { ...SHELL, exec: 1 } });
    assert.deepEqual(learn(preamble, old), ['process 2/1', 'process 2/2']);
  });

  it('adds up what the records of a socket said, each field as it was said first', () => {
    learn(
      preamble,
      journal.opened(1, { isn: undefined, process: SHELL }),
      { ...journal.opened(2, { isn: 9, server_isn: 10, process: CURL }), type: 'socket_established' },
      journal.stream(3),
      journal.stream(4),
    );
    const [socket, ...rest] = preamble.begin();
    assert.deepEqual(socket, journal.opened(1, { isn: 9, server_isn: 10, process: SHELL }));
    assert.deepEqual(rest.map(word), ['stream 1']);
    learn(preamble, { ...journal.opened(0), type: 'socket_inherited' });
    assert.equal(preamble.begin()[0]?.type, 'socket_inherited');
  });

  it('does not open a socket again for records that come late', () => {
    learn(preamble, journal.opened(1), journal.closed(2), journal.stream(3));
    assert.deepEqual(begun(), []);
  });

  it('has the largest numbers of all losses', () => {
    learn(preamble, journal.losses(1, { 'a.b': '1', 'a.c': '2' }), journal.losses(2, { 'a.b': '3' }));
    assert.deepEqual(preamble.begin(), [journal.losses(2, { 'a.b': '3', 'a.c': '2' })]);
  });

  it('is bounded, and counts what it leaves out', () => {
    preamble = new Preamble({ sockets: 3, processes: 2, processText: 1e6 }, losses);
    for (let i = 1; i <= 5; i++) {
      const process = { pid: i, start: String(i) };
      learn(preamble, journal.process(process), journal.opened(i, { cookie: String(i), process }));
    }
    for (let i = 0; i < 20; i++) learn(preamble, journal.stream(9, { cookie: '5', isn: i }));
    const words = begun();
    assert.deepEqual(words.slice(0, 5), [
      'process 4',
      'process 5',
      'socket_opened 3',
      'socket_opened 4',
      'socket_opened 5',
    ]);
    assert.equal(words.length, 9);
    assert.deepEqual(losses, { 'save.sockets_not_repeated': 2 });
  });
});
