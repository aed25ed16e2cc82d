import assert from 'node:assert/strict';
import { DEFAULT_VERDICT } from '../../../src/report/verdict-options.ts';
import { attributed, CURL, render, TIME } from './samples.ts';
import { events, HOST, HOUR, session, v2, verdictSink, verdicts } from './verdicts.ts';

describe('the verdict of a host, by the time under watch', () => {
  it('rests on the time that is asked about: what was fixed before it is told, and does not count', () => {
    const window = { since: TIME + 2n * HOUR };
    const sink = verdictSink({ ...DEFAULT_VERDICT, window });
    sink.leftOut(attributed({ time: TIME + HOUR }, CURL, { host: HOST, session: 's1' }));
    sink.call(attributed({ version: 'v2', time: TIME + 3n * HOUR }, CURL, { host: HOST }));
    const calls = { v1: 1, v2: 1, unknown: 0, foreign: 0, attempt: 0 };
    void sink.end([events([session({ to: TIME + 26n * HOUR, calls })])]);
    const [host] = sink.verdicts();
    assert.deepEqual([host?.status, host?.observed?.duration], ['ready', 24n * HOUR]);
    assert.ok(
      host?.restsOn.includes('1 call by IMDSv1, or that could not be read, before the time reported.'),
    );
    assert.equal(host?.covers.boot, false);
  });

  it('takes the latest word of a session, and counts time that two of them watched once', () => {
    const early = session({ to: TIME + HOUR, ended: false });
    const other = session({ session: 's2', from: TIME + HOUR, to: TIME + 26n * HOUR });
    const { hosts } = verdicts(
      [v2],
      [events([session(), other]), events([early], { name: 'imds-calls.jsonl.1' })],
    );
    assert.equal(hosts[0]?.observed?.duration, 26n * HOUR);
    assert.equal(hosts[0]?.observed?.recordings, 2);
  });

  it('counts no time between sessions as watched, however short', () => {
    const MINUTE = HOUR / 60n;
    const sessions = Array.from({ length: 1441 }, (_, index) => {
      const from = TIME + BigInt(index) * MINUTE;
      return session({ session: `s${index}`, from, to: from + MINUTE / 60n });
    });
    const { hosts } = verdicts([v2], [events(sessions)]);
    assert.equal(hosts[0]?.observed?.duration, 1441n * (MINUTE / 60n));
    assert.equal(hosts[0]?.observed?.longest, MINUTE / 60n);
    assert.equal(hosts[0]?.status, 'not-enough-evidence');
  });

  it('takes no jump of the clock for time under watch', () => {
    for (const change of [
      { from: 10_000_000_000n, bootTime: undefined },
      { from: TIME - 2n * 60_000_000_000n },
    ]) {
      const [host] = verdicts([v2], [events([session(change)])]).hosts;
      assert.equal(host?.status, 'not-enough-evidence');
      assert.equal(host.observed?.duration, 0n);
      assert.match(host.needed.join('\n'), /its clock was set meanwhile/);
      // Nor is any of it what came after a fix.
      const window = { since: TIME };
      const after = verdicts([v2], [events([session(change)])], { ...DEFAULT_VERDICT, window }).hosts[0];
      assert.equal(after?.observed?.duration, 0n);
    }
  });

  it('says how long no call was seen by the time under watch, silence and all, not by the packets', async () => {
    const { text } = await render([v2], {}, [events([session()])]);
    assert.ok(text.includes('\nVerdict   No IMDSv1 call in 1 d 1 h under watch.\n'), text);
    const none = await render([], {}, [events([session()], { events: 0 })]);
    assert.ok(none.text.includes('\nVerdict   No IMDS call at all in 1 d 1 h under watch.\n'), none.text);
  });

  it('says of what was watched in pieces how long the longest is', () => {
    const sessions = Array.from({ length: 25 }, (_, index) => {
      const from = TIME + BigInt(index) * 24n * HOUR;
      return session({ session: `s${index}`, from, to: from + HOUR, bootTime: undefined });
    });
    const [host] = verdicts([v2], [events(sessions)]).hosts;
    assert.equal(host?.status, 'ready');
    assert.match(
      host.restsOn[0] ?? '',
      /^1 d 1 h under watch in 25 recordings, .*, at most 1 h without a gap\.$/,
    );
  });
});
