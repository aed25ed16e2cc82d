import assert from 'node:assert/strict';
import { tellOften } from '../../../src/cli/tell-often.ts';

describe('what the log is told of a session', () => {
  const { setTimeout, setInterval } = globalThis;
  const begun: { kind: string; ms: number; timer: NodeJS.Timeout }[] = [];

  /** Never comes by itself. */
  const record = (kind: string) => (call: () => void, ms: number) => {
    const timer = setTimeout(call, 2 ** 31 - 1);
    begun.push({ kind, ms, timer });
    return timer;
  };

  before(() => Object.assign(globalThis, { setTimeout: record('once'), setInterval: record('often') }));
  after(() => Object.assign(globalThis, { setTimeout, setInterval }));

  it('comes after 10 s and a minute, then every five minutes, until that is ended', () => {
    const end = tellOften(() => {});
    assert.deepEqual(
      begun.map(({ kind, ms }) => [kind, ms]),
      [
        ['once', 10_000],
        ['once', 60_000],
        ['often', 300_000],
      ],
    );
    assert.ok(begun.every(({ timer }) => timer.hasRef()));
    end();
    assert.deepEqual(
      begun.map(({ timer }) => '_destroyed' in timer && timer._destroyed),
      [true, true, true],
    );
  });
});
