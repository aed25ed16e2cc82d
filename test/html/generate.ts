import type { Diagnosis } from '../../src/causes/types.ts';
import type { AttributedCall, CaptureSummary, Process } from '../../src/model.ts';
import type { Caller } from '../../src/report/caller.ts';
import type { HostVerdict } from '../../src/report/host-verdict.ts';
import { createHtmlSink, type HtmlOptions } from '../../src/report/html/index.ts';
import { Ignored } from '../../src/report/ignored.ts';
import { VerdictSink } from '../../src/report/index.ts';
import type { RowOptions } from '../../src/report/types.ts';
import { findingsOf } from '../../src/report/verdict.ts';
import { DEFAULT_VERDICT } from '../../src/report/verdict-options.ts';
import { attributed, capture, MemoryOutput, TIME } from '../unit/report/samples.ts';

const SECOND = 1_000_000_000n;
const HOUR = 3600n * SECOND;
const PROGRAMS = [
  'report',
  'billing-sync',
  'metrics',
  'backup',
  'inventory',
  'scheduler',
  'thumbnailer',
  'auth',
];
const PATHS = [
  ['/latest/meta-data/instance-id', 'metadata'],
  ['/latest/meta-data/iam/security-credentials/web-app', 'credentials'],
  ['/latest/user-data', 'user-data'],
  ['/latest/dynamic/instance-identity/document', 'identity'],
  ['/latest/meta-data/placement/availability-zone', 'metadata'],
] as const;

/** A fleet like a real one: most callers are ready, a fifth is not, of a few nobody knows. */
export function fleet(
  callers: number,
  hosts: number,
): { calls: AttributedCall[]; captures: CaptureSummary[] } {
  const calls = Array.from({ length: callers }, (_, index) => callsOf(index, hosts)).flat();
  const captures = Array.from({ length: hosts }, (_, index) =>
    capture({
      name: `${hostName(index)}.pcapng`,
      host: { name: hostName(index) },
      firstTime: TIME,
      lastTime: TIME + 6n * HOUR,
    }),
  );
  return { calls, captures };
}

function hostName(index: number): string {
  return `web-${String(index + 1).padStart(3, '0')}`;
}

function callsOf(index: number, hosts: number): AttributedCall[] {
  const name = PROGRAMS[index % PROGRAMS.length] ?? 'app';
  // One host in four is ready: what does not fit it goes to the next.
  const host = { name: hostName(index % hosts) };
  const process: Process = {
    pid: 2000 + index,
    start: String(index),
    name: 'python3',
    executable: '/usr/bin/python3.11',
    args: ['python3', `/opt/${name}/task-${index}.py`, '--interval', '900'],
    userName: 'app',
    unit: `${name}-${index}.service`,
    ancestors: [
      { pid: 900, start: '9', name: 'sh', args: ['sh', '-c', `/opt/${name}/run.sh`] },
      { pid: 1, start: '1', name: 'systemd', args: ['/sbin/init'] },
    ],
  };
  const kind =
    (index % hosts) % 4 === 3 ? 'v2' : index % 5 === 0 ? 'v1' : index % 37 === 1 ? 'unknown' : 'v2';
  return Array.from({ length: 2 + (index % 7) }, (_, number) => {
    const [target, pathClass] = PATHS[(index + number) % PATHS.length] ?? PATHS[0];
    const time = TIME + ((BigInt(index * 7919 + number * 104_729) * SECOND) % (6n * HOUR));
    const clientIsn = index * 100 + number;
    const rest = { host, session: host.name, capture: `${host.name}.pcapng` };
    if (kind === 'unknown') {
      const request = {
        version: kind,
        unknownReason: 'gap',
        method: undefined,
        target: undefined,
        status: undefined,
      } as const;
      return attributed({ ...request, pathClass: undefined, time, clientIsn }, process, rest);
    }
    const userAgent = kind === 'v1' ? 'Boto3/1.26.27 Python/3.11.2' : 'Boto3/1.34.0 Python/3.11.2';
    return attributed({ version: kind, target, pathClass, time, clientIsn, userAgent }, process, rest);
  });
}

/** What rules would find of such callers. */
export function diagnose({ kinds }: Caller): Diagnosis {
  if (kinds.v1 === 0) return { cause: undefined, findings: [] };
  return {
    cause: {
      id: 'fallback-hop-limit',
      severity: 'high',
      title: 'Falls back to IMDSv1: the token’s answer does not arrive',
      evidence: [
        '4 token requests, none with an answer',
        'The container is one hop further away than the limit allows',
      ],
      remedy:
        'Raise HttpPutResponseHopLimit to 2, then restart the service: this SDK stays with IMDSv1 until then.',
    },
    findings: [
      {
        id: 'credentials-v1',
        severity: 'critical',
        title: 'Reads credentials of the role by IMDSv1',
        evidence: ['2 reads below /latest/meta-data/iam/security-credentials/'],
        remedy: 'Fix this caller first.',
      },
    ],
    product: 'boto3',
    productVersion: '1.26.27',
  };
}

/** The page of these calls; with these verdicts, or those that every format is given. */
export async function page(
  calls: readonly AttributedCall[],
  captures: readonly CaptureSummary[] = [capture()],
  options: HtmlOptions & RowOptions = {},
  verdicts?: readonly HostVerdict[],
): Promise<string> {
  const output = new MemoryOutput();
  const sink = createHtmlSink(options, output);
  const given = verdicts === undefined ? new VerdictSink(sink, DEFAULT_VERDICT) : undefined;
  for (const one of calls) (given ?? sink).call(one);
  if (given !== undefined) await given.end(captures);
  else await sink.end(captures, verdicts ?? [], findingsOf(verdicts ?? [], false), Ignored.NONE);
  return output.text;
}
