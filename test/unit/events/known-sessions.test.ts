import assert from 'node:assert/strict';
import { KnownSessions } from '../../../src/events/known-sessions.ts';
import type { Counters, SessionProof } from '../../../src/model.ts';

function session(change: Partial<SessionProof> = {}, losses: Counters = {}): SessionProof {
  return {
    session: 's1',
    host: { name: 'web-1' },
    from: 0n,
    to: 10n,
    bootTime: undefined,
    ended: false,
    calls: { v1: 0, v2: 0, unknown: 0, foreign: 0, attempt: 0 },
    unwritten: 0,
    completeness: {
      losses,
      connections: 0,
      provableConnections: 0,
      capturedBytes: 0,
      kernelBytes: 0,
      lookups: { made: 0, found: 0 },
    },
    ...change,
  };
}

describe('sessions of a file of events', () => {
  it('keep the highest of what their lines counted, in any order', () => {
    const lines = [
      session({ calls: { v1: 2, v2: 1, unknown: 1, foreign: 0, attempt: 0 } }, { a: 3 }),
      session({ to: 20n, unwritten: 1 }, { b: 1 }),
      session({ to: 15n, ended: true }, { a: 1 }),
    ];
    for (const order of [lines, lines.toReversed()]) {
      const known = new KnownSessions();
      for (const line of order) known.add(line);
      const expected = session(
        { to: 15n, ended: true, unwritten: 1, calls: { v1: 2, v2: 1, unknown: 1, foreign: 0, attempt: 0 } },
        { a: 3, b: 1 },
      );
      assert.deepEqual(known.all, [expected]);
    }
  });

  it('are one for each host', () => {
    const known = new KnownSessions();
    known.add(session());
    known.add(session({ host: { name: 'web-2' } }));
    assert.equal(known.all.length, 2);
  });

  it('have a maximum, of counters too; what is turned away is counted', () => {
    const known = new KnownSessions();
    const losses = Object.fromEntries(Array.from({ length: 512 }, (_, index) => [`a${index}`, 1]));
    for (let index = 0; index < 600; index++) known.add(session({ session: `s${index}` }, losses));
    assert.equal(known.all.length, 512);
    assert.equal(known.turnedAway, 88);
    for (let index = 0; index < 70_000; index++) known.add(session({ session: `t${index}` }));
    assert.equal(known.all.length, 65_536);
    assert.equal(known.turnedAway, 88 + 70_000 - (65_536 - 512));
  });
});
