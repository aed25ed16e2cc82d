import type { AttributedCall, Host, ImdsCall, PathClass, Process, ProcessIdentity } from '../../src/model.ts';
import type { Random } from '../random.ts';

/** A program on a host, and how it asks. */
export interface CallerPlan {
  host: Host;
  session: string;
  /** Of which every call is a process of its own, by a script of its own; the others run all the time. */
  isShortLived: boolean;
  process: Process;
  client: string;
  userAgent: string;
  /** Of its calls, how many in a hundred have no token. */
  v1Percent: number;
}

const ENDPOINT = { address: '169.254.169.254', port: 80, family: 4 } as const;
const SECOND = 1_000_000_000n;

type Program = readonly [name: string, executable: string, userAgent: string, command: string];

const SERVICES: readonly Program[] = [
  [
    'python3',
    '/usr/bin/python3.11',
    'Boto3/1.26.27 Python/3.11.2 Linux/6.1.0-18-cloud-amd64 Botocore/1.29.27',
    'python3 -m worker --queue https://sqs.eu-central-1.amazonaws.com/123456789012/jobs-main --concurrency 8',
  ],
  [
    'java',
    '/usr/lib/jvm/java-17-amazon-corretto/bin/java',
    'aws-sdk-java/2.20.26 Linux/6.1.0-18-cloud-amd64 OpenJDK_64-Bit_Server_VM/17.0.6+10-LTS Java/17.0.6',
    'java -Xmx2g -XX:+UseG1GC -jar /opt/service/service.jar --server.port=8080',
  ],
  [
    'metrics-agent',
    '/usr/local/bin/metrics-agent',
    'aws-sdk-go-v2/1.36.1 ua/2.1 os/linux lang/go#1.24.2 md/goos#linux md/goarch#amd64 ft/ec2-imds',
    '/usr/local/bin/metrics-agent --config /etc/metrics-agent.yml --interval 60s',
  ],
];

const COMMANDS: readonly Program[] = [
  [
    'curl',
    '/usr/bin/curl',
    'curl/7.88.1',
    'curl -s -f --max-time 5 http://169.254.169.254/latest/meta-data/local-ipv4',
  ],
  [
    'aws',
    '/usr/local/aws-cli/v2/2.15.30/dist/aws',
    'aws-cli/2.15.30 Python/3.11.8 Linux/6.1.0-18-cloud-amd64 exe/x86_64.debian.12',
    'aws s3 sync /var/backups/database s3://backups-eu-central-1/database/ --only-show-errors',
  ],
];

const PATHS: readonly (readonly [target: string, pathClass: PathClass])[] = [
  ['/latest/meta-data/iam/security-credentials/', 'credentials'],
  ['/latest/meta-data/iam/security-credentials/app-role', 'credentials'],
  ['/latest/meta-data/placement/availability-zone', 'metadata'],
  ['/latest/meta-data/instance-id', 'metadata'],
  ['/latest/meta-data/local-ipv4', 'metadata'],
  ['/latest/dynamic/instance-identity/document', 'identity'],
];

const SYSTEMD: ProcessIdentity = {
  pid: 1,
  start: '30000000',
  name: 'systemd',
  args: ['/sbin/init'],
  executable: '/usr/lib/systemd/systemd',
};

/** Callers spread evenly over the hosts. @param shortLived how many of a hundred are */
export function fleet(random: Random, hosts: number, callers: number, shortLived: number): CallerPlan[] {
  const machines = Array.from({ length: hosts }, (_, i) => ({
    host: { id: hexadecimal(random, 32), name: `web-${i}`, bootId: uuid(random) },
    session: uuid(random),
    client: `172.31.${i >> 4}.${9 + i}`,
  }));
  return Array.from({ length: callers }, (_, i) => {
    const machine = machines[i % hosts];
    if (machine === undefined) throw new RangeError('a fleet has at least one host');
    const isShortLived = random.below(100) < shortLived;
    const [name, executable, userAgent, command] = random.pick(isShortLived ? COMMANDS : SERVICES);
    const unit = `${name}-${i}.service`;
    const process: Process = {
      pid: random.between(1000, 60_000),
      start: String(random.below(2 ** 31)),
      startTime: 1_768_470_000n * SECOND + BigInt(random.below(1e9)),
      name,
      executable,
      args: [...command.split(' '), `--name=${name}-${i}`],
      userId: String(1000 + (i % 7)),
      userName: `service-${i % 7}`,
      unit,
      ancestors: [...parents(random, i), SYSTEMD],
    };
    if (random.chance(0.3)) process.containerId = hexadecimal(random, 64);
    return { ...machine, isShortLived, process, userAgent, v1Percent: random.pick([0, 0, 0, 30, 100]) };
  });
}

function parents(random: Random, caller: number): ProcessIdentity[] {
  const args = ['/bin/bash', '-e', `/opt/service-${caller}/bin/run.sh`];
  const start = String(random.below(2 ** 31));
  return [{ pid: random.between(1000, 60_000), start, name: 'run.sh', args, executable: '/usr/bin/bash' }];
}

/** @param isn different for each call */
export function callOf(random: Random, plan: CallerPlan, time: bigint, isn: number): AttributedCall {
  const { host, session, client, userAgent } = plan;
  const isV1 = random.below(100) < plan.v1Percent;
  const isToken = !isV1 && random.chance(0.2);
  const [target, pathClass] = isToken ? (['/latest/api/token', 'token'] as const) : random.pick(PATHS);
  const requestEnd = time + 2000n;
  const call: ImdsCall = {
    endpoint: ENDPOINT,
    client: { address: client, port: random.between(32_768, 60_999) },
    clientIsn: isn,
    requestOffset: 0,
    connectionTime: time,
    time,
    requestEnd,
    responseTime: requestEnd + BigInt(random.between(300_000, 9_000_000)),
    packetNumber: 1,
    version: isV1 ? 'v1' : 'v2',
    operation: isToken ? 'token' : 'read',
    method: isToken ? 'PUT' : 'GET',
    target,
    httpVersion: '1.1',
    pathClass,
    userAgent,
    responseTtl: 255,
    status: random.chance(0.02) ? 404 : 200,
  };
  const attribution = { source: 'ebpf', match: 'cookie' } as const;
  const process = plan.isShortLived ? bornAt(random, plan.process, time) : plan.process;
  return { call, process, attribution, host, session, capture: 'live' };
}

/** A script was started, and it started the client. */
function bornAt(random: Random, process: Process, time: bigint): Process {
  const [script, ...others] = process.ancestors;
  const pid = random.between(1000, 4_000_000);
  return {
    ...process,
    pid,
    start: String(time),
    startTime: time - 9_000_000n,
    ancestors: script === undefined ? [] : [{ ...script, pid: pid - 1 }, ...others],
  };
}

function hexadecimal(random: Random, digits: number): string {
  let text = '';
  while (text.length < digits) text += random.bits().toString(16).padStart(8, '0');
  return text.slice(0, digits);
}

function uuid(random: Random): string {
  return hexadecimal(random, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
