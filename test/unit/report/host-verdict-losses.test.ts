import assert from 'node:assert/strict';
import type { SessionProof } from '../../../src/model.ts';
import { DEFAULT_VERDICT } from '../../../src/report/verdict-options.ts';
import { attributed, CURL, TIME } from './samples.ts';
import { events, HOST, HOUR, PROVEN, session, v2, verdicts } from './verdicts.ts';

const DAMAGE = { code: 'events.damaged', message: 'damaged', damage: true };

describe('the verdict of a host, where something was lost', () => {
  it('names of the losses those that may have cost a call', () => {
    const losses = { 'host.turned_away': 4, 'tcp.missing_bytes': 9 };
    const { hosts } = verdicts([v2], [events([session({ completeness: { ...PROVEN, losses } })])]);
    assert.match(hosts[0]?.needed[0] ?? '', /tcp\.missing_bytes/);
    assert.doesNotMatch(hosts[0]?.needed.join() ?? '', /host\.turned_away/);
    const harmless = session({ completeness: { ...PROVEN, losses: { 'host.turned_away': 4 } } });
    assert.equal(verdicts([v2], [events([harmless])]).hosts[0]?.status, 'ready');
  });

  describe('says how what a session lost is left behind', () => {
    const lost = { completeness: { ...PROVEN, losses: { 'packets.shed': 1 } } };
    const later = (hours: bigint) =>
      session({ session: 's2', from: TIME + 30n * HOUR, to: TIME + (30n + hours) * HOUR });
    const needed = (...sessions: SessionProof[]) => verdicts([v2], [events(sessions)]).hosts[0]?.needed ?? [];

    it('by --since, where others watched for long enough after it', () => {
      const [, behind] = needed(session(lost), later(40n));
      const since = /--since (\S+);/.exec(behind ?? '')?.[1] ?? '';
      assert.match(
        behind ?? '',
        /^Or a report of what came after that: .* 1 d 16 h since then are proven\.$/,
      );
      const window = { since: BigInt(Date.parse(since)) * 1_000_000n };
      const after = verdicts([v2], [events([session(lost), later(40n)])], { ...DEFAULT_VERDICT, window });
      assert.equal(after.hosts[0]?.status, 'ready');
    });

    it('with time, where another one watches since', () => {
      assert.match(
        needed(session(lost), later(3n))[1] ?? '',
        /^Or 1 d under watch .*; 3 h are proven by now\.$/,
      );
    });

    it('by a new session, where it is the last', () => {
      assert.match(
        needed(session({ ...lost, ended: false }))[1] ?? '',
        /^Or 1 d under watch by a new session/,
      );
      // A connection that is open now may be proven in a moment.
      const open = { completeness: { ...PROVEN, provableConnections: 3 } };
      assert.equal(needed(session({ ...open, ended: false })).length, 1);
    });

    it('and says none of it where more is needed, or what is missing has no time', () => {
      const torn = { ...events([session(lost), later(40n)]), problems: [DAMAGE] };
      assert.ok(!verdicts([v2], [torn]).hosts[0]?.needed.some((text) => text.startsWith('Or ')));
      const calls = [attributed({ version: 'v1' }, CURL, { host: HOST })];
      const { hosts } = verdicts(calls, [events([session(lost), later(40n)])]);
      assert.ok(!hosts[0]?.needed.some((text) => text.startsWith('Or ')));
    });
  });
});
