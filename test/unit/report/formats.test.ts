import { deepStrictEqual, ok, strictEqual } from 'node:assert';
import type { Process } from '../../../src/model.ts';
import { CALL_COLUMNS } from '../../../src/report/call-row.ts';
import { CALLER_COLUMNS } from '../../../src/report/csv.ts';
import { attributed, CURL, capture, PYTHON, render, TIME } from './samples.ts';

const UNKNOWN = {
  version: 'unknown',
  unknownReason: 'gap',
  method: undefined,
  target: undefined,
  status: undefined,
  responseTime: undefined,
  pathClass: undefined,
  userAgent: undefined,
} as const;

const ATTEMPT = { ...UNKNOWN, version: undefined, unknownReason: undefined, operation: 'attempt' } as const;

describe('log', () => {
  let zone: string | undefined;
  before(() => {
    zone = process.env.TZ;
    process.env.TZ = 'UTC';
  });
  after(() => {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  });

  const lines = async (calls: Parameters<typeof render>[0], ancestors = 3) =>
    (await render(calls, { format: 'log', ancestors })).text;

  it("is the predecessor's line for v1", async () => {
    strictEqual(
      await lines([attributed({}, CURL)]),
      '[2026-11-23T20:26:07] [WARNING] IMDSv1(!) (pid:1016:curl argv:curl http://169.254.169.254/latest/meta-data/) called by -> (pid:1015:makeCalls.sh argv:/bin/bash ./makeCalls.sh) -> (pid:900:zsh argv:-zsh) -> (pid:800:sshd argv:sshd: )\n',
    );
  });

  it('shows as many ancestors as asked for, and what is not known of them', async () => {
    ok((await lines([attributed({}, CURL)], 9)).endsWith(' -> (pid:1:unknown argv:)\n'));
    ok((await lines([attributed({}, CURL)], 0)).endsWith('latest/meta-data/)\n'));
  });

  it('has a level and a name for each version', async () => {
    const calls = [
      attributed({ version: 'v2' }),
      attributed(UNKNOWN),
      attributed({ version: 'foreign', client: { address: 'fd00::1', port: 9 } }),
      attributed(ATTEMPT),
    ];
    deepStrictEqual((await lines(calls)).split('\n'), [
      '[2026-11-23T20:26:07] [INFO] IMDSv2 (pid:-:unknown argv:- client:10.0.0.5:40312 user-agent:curl/7.88.1)',
      '[2026-11-23T20:26:07] [ERROR] {MISSING PAYLOAD} (pid:-:unknown argv:- client:10.0.0.5:40312)',
      '[2026-11-23T20:26:07] [INFO] IMDS foreign (pid:-:unknown argv:- client:[fd00::1]:9 user-agent:curl/7.88.1)',
      '[2026-11-23T20:26:07] [INFO] IMDS attempt (pid:-:unknown argv:- client:10.0.0.5:40312)',
      '',
    ]);
  });

  it('lets no argument forge a line or an ancestor', async () => {
    const args = ['x', '\n[2026] [INFO] IMDSv2 (', ') called by -> (pid:1:init argv:'];
    const text = await lines([attributed({}, { ...CURL, args, ancestors: [] })]);
    strictEqual(text.split('\n').length, 2);
    ok(text.includes('argv:x \\x0A[2026] [INFO] IMDSv2 ( ) called by -\\x3E (pid:1:init argv:)'));
  });
});

describe('csv', () => {
  it('has one row a caller, in the documented columns, with CRLF', async () => {
    const { text } = await render(
      [attributed({}, CURL), attributed({ version: 'v2' }, CURL), attributed(UNKNOWN)],
      {
        format: 'csv',
      },
    );
    deepStrictEqual(text.split('\r\n'), [
      CALLER_COLUMNS.join(','),
      ',a.pcap,curl,bash ./makeCalls.sh,/usr/bin/curl,,,root,10.0.0.5,curl/7.88.1,1,1,0,0,0,1,credentials,2026-11-23T20:26:07.819604001Z,2026-11-23T20:26:07.819604001Z,,ebpf/cookie,,1016,curl http://169.254.169.254/latest/meta-data/,bash ./makeCalls.sh <- zsh <- sshd <- pid 1,token-not-sent,high,1 call without a token beside 1 by IMDSv2.,"Find the requests that go without (imds report or imds analyze with --calls lists their paths), and send the token with them. curl 7.88.1: T=$(curl -sfX PUT -H ""X-aws-ec2-metadata-token-ttl-seconds: 60"" http://169.254.169.254/latest/api/token), then curl -H ""X-aws-ec2-metadata-token: $T"" …; an empty $T drops the header, so stop where the PUT fails.",credentials-over-v1,curl,7.88.1,not-ready,,,,,ssh session,,,,,',
      ',a.pcap,,,,,,,10.0.0.5,,0,0,1,0,0,0,,2026-11-23T20:26:07.819604001Z,2026-11-23T20:26:07.819604001Z,,none,no records,,,,,,,,,,,not-ready,,,,,,gap,,,,',
      '',
    ]);
  });

  it('has one row a call with --calls', async () => {
    const { text } = await render([attributed({ userAgent: '=cmd|x, "y"' }, PYTHON)], {
      format: 'csv',
      calls: true,
    });
    const [header, row, end] = text.split('\r\n');
    strictEqual(header, CALL_COLUMNS.join(','));
    strictEqual(end, '');
    ok(row?.startsWith('2026-11-23T20:26:07.819604001Z,,a.pcap,v1,read,success,200,GET,'));
    ok(row?.includes(`,"'=cmd|x, ""y""",10.0.0.5,40312,169.254.169.254:80,5535000,`));
    ok(
      row?.includes(',python3 /opt/app/main.py,4912,/usr/bin/python3.11,python3 /opt/app/main.py --port 80,'),
    );
  });

  it('prints its header also of nothing', async () => {
    strictEqual((await render([], { format: 'csv' })).text, `${CALLER_COLUMNS.join(',')}\r\n`);
  });
});

describe('text', () => {
  before(() => {
    process.env.TZ = 'UTC';
  });

  const calls = [
    attributed({ version: 'v2', time: TIME - 60_000_000_000n }, PYTHON),
    attributed({}, CURL),
    attributed(UNKNOWN),
  ];

  it('is a table, a timeline, what is missing and a verdict, in 80 columns', async () => {
    const { text } = await render(calls);
    strictEqual(
      text,
      `V1  UNKNOWN  V2  CALLER                       WORST PATH   LAST
 1        -   -  curl by bash ./makeCalls.sh  credentials  20:26:07
                 user root · curl/7.88.1
                 ← bash ./makeCalls.sh ← zsh ← sshd ← pid 1
                 why   never asks for a token (no-token)
                 also  reads credentials over IMDSv1 (credentials-over-v1)
                 fix   curl 7.88.1: T=$(curl -sfX PUT -H
                       "X-aws-ec2-metadata-token-ttl-seconds: 60"
                       http://169.254.169.254/latest/api/token), then curl -H
                       "X-aws-ec2-metadata-token: $T" …; an empty $T drops the
                       header, so stop where the PUT fails.
 -        1   -  client 10.0.0.5                           20:26:07
                 why   could not be read: gap
 -        -   1  python3 /opt/app/main.py     credentials  20:25:07
                 container 3f2a9c81d0aa · curl/7.88.1
                 ← systemd

Time      2026-11-23 18:16:07 to 20:26:07 UTC (2 h 10 m)
v1                                  █  up to 1 in 5 m
others                              █  up to 2 in 5 m
Seen      3 calls (1 v1, 1 unknown, 1 v2) on 2 connections, in 1,204 packets.
Missing   No gap in the 2 connections seen.
          Drops while capturing: nobody counted them.
          No counts of the kernel to hold the capture against: calls may be
          missing unseen.
Verdict   1 caller still uses IMDSv1: curl by bash ./makeCalls.sh (1 call). 1
          call could not be read.
Enforce   NOT READY: HttpTokens=required would break the IMDSv1 calls above.
Rests on  2 h 10 m under watch in 1 recording, 2026-11-23 18:16 to 20:26 UTC.
          That does not cover boot, the 6 h after which credentials are fetched
          anew, a whole day (daily cron jobs and timers).
          1 call by IMDSv1, or that could not be read, without a name of the
          program.
          1 call that CloudWatch's MetadataNoToken counts, at most 1 in 5
          minutes (2026-11-23 20:25).
Needed    No call by IMDSv1; there is 1 call. No call that could not be read;
          there is 1 call. Proof that no call was missed. The recording has no
          counts of the kernel to hold it against. 1 d under watch instead of 2
          h 10 m (--observed).
Next      fix these callers, then look again; --calls shows every call.
`,
    );
  });

  it('says how long no v1 call was seen, and what could not be read', async () => {
    const { text } = await render([attributed({ version: 'v2' }, PYTHON), attributed(UNKNOWN)]);
    ok(text.includes('Verdict   No IMDSv1 call in 2 h 10 m of capture, but 1 call could not be read.\n'));
    const none = await render([]);
    ok(none.text.includes('Verdict   No IMDS call at all in 2 h 10 m of capture.\n'));
  });

  it('says of captures without a decoded packet that they could not be read, not that they have no call', async () => {
    const problem = { code: 'link.unsupported', message: 'x', damage: true };
    const losses = { 'link.unsupported.LINKTYPE_105': 1000, 'link.unsupported.LINKTYPE_147': 204 };
    const undecoded = capture({ problems: [problem] }, { losses, connections: 0 });
    const alone = await render([], {}, [undecoded]);
    strictEqual(alone.text, 'Verdict   Nothing could be read.\n');
    const { text } = await render([], { columns: 100 }, [undecoded, capture({ name: 'b.pcap' })]);
    ok(
      text.includes(
        'Verdict   No IMDS call at all in 2 h 10 m of capture, but 1 capture could not be read.\n',
      ),
      text,
    );
    const json = JSON.parse((await render([], { format: 'json' }, [undecoded])).text);
    strictEqual(json.verdict.hosts[0].watched.duration_ns, '0');
    const partly = capture({ problems: [problem] }, { losses: { 'link.unsupported.LINKTYPE_105': 1203 } });
    ok((await render([], {}, [partly])).text.includes('No IMDS call at all in 2 h 10 m of capture.'));
  });

  it('never exceeds its width', async () => {
    const wide: Process = { ...PYTHON, args: ['python3', `/opt/${'長い'.repeat(40)}/${'x'.repeat(90)}.py`] };
    const many = [...calls, attributed({ userAgent: 'a'.repeat(300) }, wide)];
    const { default: stringWidth } = await import('string-width');
    for (const columns of [40, 80, 100, 139, 140, 200]) {
      for (const onlyCalls of [false, true]) {
        const { text } = await render(many, { columns, calls: onlyCalls });
        for (const line of text.split('\n')) ok(stringWidth(line) <= columns, `${columns}: ${line}`);
      }
    }
  });

  it('prints a line a call with --calls', async () => {
    const { text } = await render([attributed({}, CURL), attributed(UNKNOWN)], { calls: true, columns: 100 });
    deepStrictEqual(text.split('\n').slice(0, 4), [
      'TIME          KIND     ST.  CALLER                          REQUEST',
      '20:26:07.819  v1       200  1016 curl                       GET …a-data/iam/security-credentials/app',
      '20:26:07.819  unknown    -  10.0.0.5                        gap',
      '',
    ]);
  });

  it('groups several captures', async () => {
    const other = { capture: 'b.pcap', session: 'b.pcap', host: { name: 'web-2' } };
    const { text } = await render([attributed({}, CURL), attributed({}, PYTHON, other)], {}, [
      capture(),
      capture({ name: 'b.pcap', host: { name: 'web-2' } }),
      capture({ name: 'c.pcap' }),
    ]);
    ok(text.includes('\na.pcap · 2 h 10 m\n'));
    ok(text.includes('\nweb-2 · b.pcap · 2 h 10 m\n'));
    ok(text.includes('Silent    no call in 1 capture: c.pcap\n'));
  });

  it('says what was counted, and what nobody did', async () => {
    const { text } = await render([attributed({}, CURL)], {}, [
      capture(
        {},
        {
          losses: { 'tcp.missing_bytes': 12_040 },
          captureDrops: 0,
          provableConnections: 1,
          capturedBytes: 9,
          kernelBytes: 10,
        },
      ),
    ]);
    ok(text.includes('On reading: 12,040 bytes of the streams not captured'));
    ok(text.includes('Drops while capturing: 0 packets, as the file records.'));
    ok(text.includes('Captured 9 of the 10 bytes that the kernel counted on 1 connection; 1'));
  });

  it('says what the wire alone, and look-ups, cannot tell', async () => {
    const textOf = async (...summaries: Parameters<typeof capture>[1][]) =>
      (
        await render(
          [attributed({}, CURL)],
          {},
          summaries.map((one) => capture({}, one)),
        )
      ).text.replaceAll(/\s+/g, ' ');
    const views = ['sockets', 'wire'];
    const alone = await textOf({ views: ['wire'], lookups: { made: 30, found: 12 } });
    ok(alone.includes('Seen on the interfaces alone: times are those of receipt'));
    ok(alone.includes('12 of 30 found a process; a caller gone before its look-up is `none`.'));
    const two = await textOf({ views: ['wire'] }, { views });
    ok(two.includes('Seen on the interfaces alone in 1 capture: '));
    const after = await textOf({ views, losses: { 'probe.exits': 1 } });
    ok(after.includes('After the end of the probe, the interfaces alone: times are those of receipt'));
    // Nobody was looked up there.
    ok(!after.includes('Look-ups'));
    for (const seen of [{}, { views }, { views: ['wire'], provableConnections: 1 }]) {
      ok(!/(?:seen on|probe,) the interfaces alone/i.test(await textOf(seen)));
    }
  });

  it('has colour only when asked', async () => {
    ok((await render(calls, { colour: true })).text.includes('\x1b[31m'));
    ok(!(await render(calls)).text.includes('\x1b'));
  });
});
