import assert from 'node:assert/strict';
import { HostClient, type HostWorker } from '../../../../src/live/host/host-client.ts';
import { keyOf, type Question } from '../../../../src/live/host/question.ts';
import { journal, START_NS } from '../../../support/journal.ts';

/** A worker that answers when it is told to, and a journal that is kept. */
class Scene {
  now = START_NS;
  readonly asked: Question[] = [];
  readonly records: string[] = [];
  readonly reasons: string[] = [];
  readonly #end: (reason: string) => void;
  readonly worker: HostWorker & { isRunning: boolean };
  readonly client: HostClient;

  constructor() {
    let end = (_: string) => {};
    const ended = new Promise<string>((resolve) => {
      end = resolve;
    });
    this.#end = end;
    this.worker = {
      isRunning: true,
      onLine: () => {},
      ended,
      ask: (question) => this.asked.push(question as Question),
      end: async () => {},
    };
    this.client = new HostClient(this.worker, {
      now: () => this.now,
      onLoss: (reason) => this.reasons.push(reason),
    });
    this.client.answerTo({ record: (json) => this.records.push(Buffer.from(json).toString()) });
  }

  process(path: string, user = 0): void {
    const record = journal.process({ pid: 7, start: '5' }, { mntns: 9, executable: path, user_id: user });
    this.client.learn(Buffer.from(JSON.stringify(record)));
  }

  answer(question: Question, record?: object): void {
    if (record !== undefined) this.worker.onLine(Buffer.from(JSON.stringify(record)));
    this.worker.onLine(Buffer.from(JSON.stringify({ done: keyOf(question) })));
  }

  async die(): Promise<void> {
    this.worker.isRunning = false;
    this.#end('SIGKILL');
    await new Promise(setImmediate);
  }
}

describe('asking the host', () => {
  it('asks for each program, container, unit and user once, and puts answers into the journal', () => {
    const scene = new Scene();
    scene.process('/usr/bin/curl');
    scene.process('/usr/bin/curl');
    assert.deepEqual(scene.asked.map(keyOf).sort(), ['program 9 /usr/bin/curl', 'user 0']);
    const program = scene.asked.find(({ kind }) => kind === 'program') as Question;
    scene.answer(program, { type: 'program', package: 'curl' });
    scene.answer(program);
    assert.deepEqual(scene.records, ['{"type":"program","package":"curl"}']);
    scene.process('/usr/bin/curl');
    scene.client.learn(Buffer.from('{"type":"tick","time":"1"}'));
    scene.client.learn(Buffer.from('{"type":"process","pid":'));
    scene.client.learn(Buffer.from(''));
    assert.equal(scene.asked.length, 2);
  });

  it('hands over a few at a time, and those of others before those of one who floods', () => {
    const scene = new Scene();
    for (let i = 0; i < 500; i++) scene.process(`/tmp/flood${i}`, 1000);
    assert.equal(scene.asked.length, 64);
    scene.process('/usr/bin/agent', 5);
    const [first, second] = scene.asked as [Question, Question];
    scene.answer(first);
    scene.answer(second);
    assert.ok(
      scene.asked
        .slice(64)
        .map(keyOf)
        .some((key) => key.includes('agent') || key === 'user 5'),
    );
    assert.equal(scene.asked.length, 66);
  });

  it('turns away what is too much, counts it, and leaves room for others', async () => {
    const scene = new Scene();
    for (let i = 0; i < 900; i++) scene.process(`/tmp/flood${i}`, 1000);
    scene.process('/usr/bin/agent', 5);
    scene.now += 2_000_000_000n;
    for (let i = 0; i < 1200; i++) scene.process(`/tmp/more${i}`, 1000);
    await scene.client.end();
    const keys = scene.asked.map(keyOf);
    assert.ok(keys.includes('program 9 /usr/bin/agent') && keys.includes('user 5'));
    assert.ok(keys.length <= 1024);
    const losses = scene.records.map((json) => JSON.parse(json)).filter(({ type }) => type === 'losses');
    assert.ok(losses.length >= 1 && losses.length <= 4, 'told seldom');
    const { counters } = losses.at(-1);
    assert.ok(Number(counters['host.turned_away']) > 1000);
    assert.equal(Number(counters['host.unanswered']), keys.length);
  });

  it('costs a flood of programs a few milliseconds a second', () => {
    const scene = new Scene();
    const records = Array.from({ length: 20_000 }, (_, i) =>
      Buffer.from(
        JSON.stringify(
          journal.process({ pid: i, start: '5' }, { mntns: 9, executable: `/tmp/${i}`, user_id: 1 }),
        ),
      ),
    );
    const before = process.cpuUsage();
    for (const record of records) scene.client.learn(record);
    const { user, system } = process.cpuUsage(before);
    assert.ok(user + system < 500_000, `${user + system} µs`);
  });

  it('goes on without answers where the worker dies', async () => {
    const scene = new Scene();
    scene.process('/usr/bin/curl');
    await scene.die();
    assert.deepEqual(scene.reasons, ['SIGKILL']);
    scene.process('/usr/bin/other');
    assert.equal(scene.asked.length, 2);
    await scene.client.end();
    assert.match(scene.records.at(-1) ?? '', /"host.unanswered":"2"/);
    assert.deepEqual(scene.reasons, ['SIGKILL']);
  });
});
