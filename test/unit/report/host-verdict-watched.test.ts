import assert from 'node:assert/strict';
import { DEFAULT_VERDICT } from '../../../src/report/verdict-options.ts';
import { TIME } from './samples.ts';
import { events, HOUR, PROVEN, session, v2, verdicts } from './verdicts.ts';

describe('the verdict of a host, by what was watched', () => {
  it('says where the interfaces were not watched, on which alone virtual machines are seen', () => {
    const isSaid = (views: string[]) => {
      const of = { completeness: { ...PROVEN, views } };
      const [host] = verdicts([v2], [events([session(), session({ ...of, session: 's2' })])]).hosts;
      assert.equal(host?.status, 'ready');
      return host.restsOn.some((text) => text.includes('virtual machines and gVisor'));
    };
    assert.deepEqual([isSaid(['sockets']), isSaid(['sockets', 'wire'])], [true, false]);
  });

  it('is of the container that was watched, whichever line of a session says so', () => {
    const of = session({ completeness: { ...PROVEN, scope: 'container' } });
    for (const lines of [
      [of, session({ to: TIME + 26n * HOUR })],
      [session(), { ...of, to: TIME + 26n * HOUR }],
    ])
      assert.equal(verdicts([v2], [events(lines)]).hosts[0]?.status, 'not-enough-evidence');
  });

  describe('is about the endpoint of EC2', () => {
    const watching = (...watched: string[]) => session({ completeness: { ...PROVEN, watched } });
    const ELSEWHERE =
      'Recordings of 169.254.169.254:80, which HttpTokens=required is for: 1 recording is of other endpoints (10.0.0.7:8080).';

    it('so that a session that watched another one is no time under watch', () => {
      for (const observed of [0n, DEFAULT_VERDICT.observed]) {
        const { hosts, incomplete } = verdicts([v2], [events([watching('10.0.0.7:8080')])], { observed });
        assert.equal(hosts[0]?.status, 'not-enough-evidence');
        assert.equal(hosts[0]?.needed[0], ELSEWHERE);
        assert.deepEqual(hosts[0]?.restsOn, []);
        // It missed nothing of what it was to watch.
        assert.equal(incomplete, false);
      }
    });

    it('and does no harm beside one that watched that for long enough', () => {
      const other = { ...watching('10.0.0.7:8080'), session: 's2' };
      assert.deepEqual(verdicts([v2], [events([session(), other])]).hosts[0]?.needed, []);
      const short = verdicts([v2], [events([session({ to: TIME + HOUR }), other])]).hosts[0];
      assert.deepEqual(short?.needed, [ELSEWHERE, '1 d under watch instead of 1 h (--observed).']);
    });

    it('on IPv4: that on IPv6 need not be watched, which is said', () => {
      const [host] = verdicts([v2], [events([watching('169.254.169.254:80', '10.0.0.7:8080')])]).hosts;
      assert.equal(host?.status, 'ready');
      assert.ok(host.restsOn.includes('[fd00:ec2::254]:80 was not always watched.'));
      assert.ok(
        !verdicts([v2], [events([session()])]).hosts[0]?.restsOn.some((text) => text.includes('fd00')),
      );
    });

    it('also where a line of a session does not say it, and another one does', () => {
      for (const lines of [
        [watching('10.0.0.7:8080'), session()],
        [session(), watching('10.0.0.7:8080')],
      ])
        assert.equal(verdicts([v2], [events(lines)]).hosts[0]?.status, 'not-enough-evidence');
    });
  });
});
