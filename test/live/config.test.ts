import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imds } from '../cli/run.ts';
import { startEndpoint } from '../support/endpoint/index.ts';
import { Network } from '../support/netns.ts';
import { connectPair, IMDS_ADDRESSES } from '../support/topologies.ts';
import { endSessions, LiveSession, needsRoot, newMark } from './session.ts';

describe('imds live, told by a configuration', function () {
  this.timeout(60_000);
  before(needsRoot);
  afterEach(endSessions);

  it('obeys it: files, level, format of time, arguments, what is watched, and filters', () =>
    Network.with(async (network) => {
      const folder = mkdtempSync(join(tmpdir(), 'imds-live-config-'));
      try {
        chmodSync(folder, 0o755);
        const script = join(folder, 'known.sh');
        writeFileSync(script, '#!/bin/sh\ncurl -s "$1"\ntrue\n', { mode: 0o755 });
        const file = join(folder, 'imds.toml');
        const logs = join(folder, 'logs');
        const saved = join(folder, 'saved.pcapng');
        mkdirSync(join(folder, 'state'), { mode: 0o700 });
        writeFileSync(
          file,
          `[capture]
views = "sockets"
endpoints = ["${IMDS_ADDRESSES.v4}:80"]
file = ${JSON.stringify(saved)}

[process]
argv = "program"

[log]
folder = ${JSON.stringify(logs)}
time_format = "%Y/%m/%d %H:%M:%S.%f"

[log.trace]
file = "imds-mine.log"
level = "warning"

[log.events]
enabled = false

[inventory]
folder = ${JSON.stringify(join(folder, 'state'))}

[[ignore]]
executable = "*/curl"
reason = "known to all"
expires = 2999-12-31
`,
          { mode: 0o644 },
        );
        const { client, server } = connectPair(network);
        await startEndpoint(server, ['--port', '80', '--address', IMDS_ADDRESSES.v4]);
        const session = await LiveSession.start(['--config', file], client);
        assert.match(session.ready, /ready: views sockets; /);
        const mark = newMark();
        const url = `http://${IMDS_ADDRESSES.v4}/latest/meta-data/${mark}`;
        await client.run(script, [url, 'an-argument']);
        await client.run('curl', ['-s', '-H', 'X-aws-ec2-metadata-token: AAAA', url]);
        const events = await session.eventsOf(mark, 2);
        assert.deepEqual(
          events.map(({ imds, process }) => [imds.version, process?.args]),
          [
            ['v1', ['curl']],
            ['v2', ['curl']],
          ],
        );
        assert.deepEqual(events[0]?.imds.ancestors?.[0]?.args?.slice(-1), [script]);
        assert.equal(await session.stop(), 0);
        // What is saved replays to the same calls, and has no more of the arguments than these.
        const replayed = await imds(['analyze', '--jsonl', saved]);
        assert.equal(replayed.stdout, `${session.lines.join('\n')}\n`);
        assert.ok(!readFileSync(saved).includes('an-argument'));
        assert.ok(readFileSync(saved).includes('known.sh'));
        assert.deepEqual(readdirSync(logs), ['imds-mine.log']);
        const lines = readFileSync(join(logs, 'imds-mine.log'), 'utf8').trimEnd().split('\n');
        assert.equal(lines.length, 1, lines.join('\n'));
        assert.match(
          lines[0] ?? '',
          /^\[\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d\.\d{6}\] \[WARNING\] IMDSv1\(!\) \(pid:\d+:curl argv:curl\) called by -> \(pid:\d+:\S+ argv:\S*sh \S+known\.sh\)/,
        );
        assert.deepEqual(readdirSync(join(folder, 'state')), ['imds-callers.json']);
        const report = session.diagnostics.join('\n');
        assert.match(
          report,
          /^Ignored +curl by .*known\.sh: 1 call by IMDSv1 not counted, until\s+2999-12-31: known\s+to all$/m,
        );
        assert.match(report, /^Verdict +No IMDSv1 call but of ignored callers/m);
      } finally {
        rmSync(folder, { recursive: true });
      }
    }));
});
