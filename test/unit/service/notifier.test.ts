import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { Notifier, type Told } from '../../../src/service/notifier.ts';

const EAGAIN = 11;
const ECONNREFUSED = 111;

function told(v1 = 0): Told {
  const calls = { v1, v2: 0, unknown: 0, foreign: 0, attempt: 0 };
  return { views: 'sockets', attribution: 'ebpf', calls, callers: 0, lost: 0 };
}

const STATUS =
  'STATUS=views sockets; attribution ebpf; v1 N, v2 0, unknown 0, foreign 0, attempt 0; callers 0; lost 0';

describe('what a service manager is told', () => {
  let sent: string[];
  let troubles: string[];
  let errors: number[];
  let running: Notifier[];
  beforeEach(() => {
    [sent, troubles, errors, running] = [[], [], [], []];
  });
  afterEach(() => {
    for (const notifier of running) notifier.end();
  });

  function create(env: Record<string, string> = {}, pid = 7): Notifier {
    const send = (state: string) => {
      const error = errors.shift() ?? 0;
      if (error === 0) sent.push(state.replace(/v1 \d+/, 'v1 N'));
      return error;
    };
    const notifier = new Notifier({ send, env, pid, onTrouble: (text) => troubles.push(text) });
    running.push(notifier);
    return notifier;
  }

  it('is that it is ready, with the status, and that it stops', () => {
    const notifier = create();
    notifier.ready(told);
    notifier.stopping();
    assert.deepEqual(sent, [`READY=1\n${STATUS}`, 'STOPPING=1']);
  });

  it('is that it lives, three times as often as the watchdog asks, and the status where that has changed', async () => {
    let calls = 0;
    const notifier = create({ WATCHDOG_USEC: '60000', WATCHDOG_PID: '7' });
    notifier.ready(() => told(calls));
    await setTimeout(50);
    calls = 5;
    await setTimeout(50);
    notifier.stopping();
    const count = sent.length;
    await setTimeout(50);
    assert.equal(sent.length, count, 'nothing after the end');
    const alive = sent.filter((state) => state.startsWith('WATCHDOG=1'));
    assert.ok(alive.length >= 3, String(alive.length));
    assert.deepEqual(
      alive.filter((state) => state !== 'WATCHDOG=1'),
      [`WATCHDOG=1\n${STATUS}`],
    );
  });

  for (const env of [
    { WATCHDOG_USEC: '60000', WATCHDOG_PID: '8' },
    { WATCHDOG_USEC: '0' },
    { WATCHDOG_USEC: '6e4' },
    { WATCHDOG_USEC: '-1' },
  ]) {
    it(`is not that it lives where nobody asks: ${JSON.stringify(env)}`, async () => {
      create(env).ready(told);
      await setTimeout(60);
      assert.deepEqual(sent, [`READY=1\n${STATUS}`]);
    });
  }

  it('names the last problem', () => {
    const notifier = create();
    notifier.problem('imds live: the disk is full\n');
    notifier.ready(told);
    assert.deepEqual(sent, [`READY=1\n${STATUS}; last problem: imds live: the disk is full`]);
  });

  it('is said again where its queue is full, until it is heard', async () => {
    errors = [EAGAIN, EAGAIN];
    create().ready(told);
    assert.deepEqual(sent, []);
    await setTimeout(400);
    assert.deepEqual(sent, [`READY=1\n${STATUS}`]);
    assert.deepEqual(troubles, []);
  });

  it('is told of once where it cannot be told', async () => {
    errors = Array.from({ length: 20 }, () => ECONNREFUSED);
    create({ WATCHDOG_USEC: '30000' }).ready(told);
    await setTimeout(60);
    assert.deepEqual(troubles, ['the service manager cannot be told how this session stands (errno 111)']);
  });
});
