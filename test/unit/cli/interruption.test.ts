import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { Interruption, whenLate } from '../../../src/cli/interruption.ts';

describe('Interruption', () => {
  it('ends the reading on a signal, and knows the exit code', () => {
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      const source = new EventEmitter();
      const interruption = new Interruption(source);
      assert.equal(interruption.exitCode, undefined);
      source.emit(signal, signal);
      assert.equal(interruption.signal.aborted, true);
      assert.equal(interruption.exitCode, code);
    }
  });

  it('leaves a second signal to the default, which ends the process', () => {
    const source = new EventEmitter();
    new Interruption(source);
    source.emit('SIGINT', 'SIGINT');
    assert.equal(source.listenerCount('SIGINT'), 0);
    assert.equal(source.listenerCount('SIGTERM'), 0);
  });

  it('ends the reading without a code when there is nobody to read for', () => {
    const interruption = new Interruption(new EventEmitter());
    interruption.abort();
    assert.equal(interruption.signal.aborted, true);
    assert.equal(interruption.exitCode, undefined);
  });
});

describe('whenLate', () => {
  const told = (signal: AbortSignal) => {
    let count = 0;
    const end = whenLate(signal, 0, () => count++);
    return { end, count: () => count };
  };
  const timersRun = () => new Promise((resolve) => setTimeout(resolve, 20));

  it('tells where the end does not come', async () => {
    const controller = new AbortController();
    const { end, count } = told(controller.signal);
    await timersRun();
    assert.equal(count(), 0, 'nobody has asked it to end');
    controller.abort();
    await timersRun();
    assert.equal(count(), 1);
    end();
  });

  it('tells nothing where it has come, before the signal or after it', async () => {
    const controller = new AbortController();
    const [before, after] = [told(controller.signal), told(controller.signal)];
    before.end();
    controller.abort();
    after.end();
    await timersRun();
    assert.deepEqual([before.count(), after.count()], [0, 0]);
  });
});
