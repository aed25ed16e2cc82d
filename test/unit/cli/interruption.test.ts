import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { Interruption } from '../../../src/cli/interruption.ts';

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
