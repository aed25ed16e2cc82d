import assert from 'node:assert/strict';
import { TIME } from './samples.ts';
import { events, HOUR, PROVEN, session, v2, verdicts } from './verdicts.ts';

describe('the verdict of a host, by the sessions on it', () => {
  it('forgets nothing that a line of a session told, whatever another one says', () => {
    const v1 = { v1: 3, v2: 0, unknown: 0, foreign: 0, attempt: 0 };
    const told = session({ calls: v1, ended: false });
    const later = session({ to: TIME + 30n * HOUR, ended: false });
    const end = session({ to: TIME + 24n * HOUR });
    const lost = session({ completeness: { ...PROVEN, losses: { 'probe.exits': 1 } }, ended: false });
    for (const [line, other] of [
      [told, later],
      [told, end],
      [lost, later],
      [lost, end],
      [session({ unwritten: 1 }), session({ to: TIME + 30n * HOUR })],
    ] as const)
      for (const lines of [
        [line, other],
        [other, line],
      ]) {
        assert.equal(verdicts([v2], [events(lines)]).hosts[0]?.status, 'not-enough-evidence');
        const files = lines.map((one) => events([one]));
        assert.equal(verdicts([v2], files).hosts[0]?.status, 'not-enough-evidence');
      }
  });

  it('takes the same id on two hosts for two sessions', () => {
    const other = session({ host: { id: 'b2', name: 'web-2' }, to: TIME + HOUR });
    const { hosts, ready } = verdicts([v2], [events([other]), events([session()])]);
    assert.deepEqual(
      hosts.map(({ host, status }) => [host, status]),
      [
        ['web-2', 'not-enough-evidence'],
        ['web-1', 'ready'],
      ],
    );
    assert.equal(ready, false);
  });

  it('adds nothing up of machines that share an id, as those that are made of one image', () => {
    const half = { from: TIME, to: TIME + 14n * HOUR };
    const other = { ...half, from: TIME + 12n * HOUR, to: TIME + 26n * HOUR, session: 's2' };
    const [host] = verdicts(
      [v2],
      [events([session(half), session({ ...other, host: { id: 'a1', name: 'web-2', bootId: 'b2' } })])],
    ).hosts;
    assert.equal(host?.status, 'not-enough-evidence');
    assert.match(host?.needed.join('\n') ?? '', /^Proof that .* Several machines \(web-1, web-2\) are taken/);
    // Of a time in which one of them alone was watched, it is about that one.
    const window = { since: TIME + 15n * HOUR };
    const [later] = verdicts(
      [v2],
      [events([session(half), session({ ...other, host: { id: 'a1', name: 'web-2', bootId: 'b2' } })])],
      { observed: HOUR, window },
    ).hosts;
    assert.equal(later?.status, 'ready');
  });
});
