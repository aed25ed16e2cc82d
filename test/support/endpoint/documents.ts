/** What the instance that never was tells about itself. Every secret is a documented example or says EXAMPLE. */

export const ROLE = 'app-role';
export const INSTANCE_ID = 'i-0123456789abcdef0';
const ACCOUNT = '123456789012';
const MAC = '0e:49:61:0f:c3:11';

const json = (value: unknown) => JSON.stringify(value, undefined, 2);

function credentials(now: number): string {
  return json({
    Code: 'Success',
    LastUpdated: rfc3339(now - 600_000),
    Type: 'AWS-HMAC',
    AccessKeyId: 'ASIAIOSFODNN7EXAMPLE',
    SecretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    Token: `IQoJb3JpZ2luX2VjEXAMPLE${'SESSIONTOKENEXAMPLE'.repeat(16)}==`,
    Expiration: rfc3339(now + 6 * 3_600_000),
  });
}

const identity = (now: number) =>
  json({
    accountId: ACCOUNT,
    architecture: 'x86_64',
    availabilityZone: 'us-east-1a',
    imageId: 'ami-0123456789abcdef0',
    instanceId: INSTANCE_ID,
    instanceType: 't3.micro',
    pendingTime: rfc3339(now - 86_400_000),
    privateIp: '172.31.5.9',
    region: 'us-east-1',
    version: '2017-09-30',
  });

const iamInfo = (now: number) =>
  json({
    Code: 'Success',
    LastUpdated: rfc3339(now - 600_000),
    InstanceProfileArn: `arn:aws:iam::${ACCOUNT}:instance-profile/${ROLE}`,
    InstanceProfileId: 'AIPAEXAMPLEEXAMPLEEXA',
  });

/** Without milliseconds, as the service writes times. */
function rfc3339(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

type Content = string | ((now: number) => string);

/** By path below the version. */
const DOCUMENTS: ReadonlyMap<string, Content> = new Map<string, Content>([
  ['meta-data/ami-id', 'ami-0123456789abcdef0'],
  ['meta-data/ami-launch-index', '0'],
  ['meta-data/hostname', 'ip-172-31-5-9.ec2.internal'],
  ['meta-data/iam/info', iamInfo],
  [`meta-data/iam/security-credentials/${ROLE}`, credentials],
  ['meta-data/identity-credentials/ec2/security-credentials/ec2-instance', credentials],
  ['meta-data/instance-id', INSTANCE_ID],
  ['meta-data/instance-type', 't3.micro'],
  ['meta-data/local-hostname', 'ip-172-31-5-9.ec2.internal'],
  ['meta-data/local-ipv4', '172.31.5.9'],
  ['meta-data/mac', MAC],
  [`meta-data/network/interfaces/macs/${MAC}/device-number`, '0'],
  [`meta-data/network/interfaces/macs/${MAC}/interface-id`, 'eni-0123456789abcdef0'],
  [`meta-data/network/interfaces/macs/${MAC}/local-ipv4s`, '172.31.5.9'],
  [`meta-data/network/interfaces/macs/${MAC}/subnet-ipv4-cidr-block`, '172.31.0.0/20'],
  ['meta-data/placement/availability-zone', 'us-east-1a'],
  ['meta-data/placement/region', 'us-east-1'],
  ['meta-data/public-keys/0/openssh-key', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEXAMPLEEXAMPLE app-key\n'],
  ['meta-data/reservation-id', 'r-0123456789abcdef0'],
  ['meta-data/services/domain', 'amazonaws.com'],
  ['meta-data/services/partition', 'aws'],
  ['meta-data/tags/instance/Name', 'stand-in'],
  ['dynamic/instance-identity/document', identity],
  ['dynamic/instance-identity/signature', 'EXAMPLESIGNATURE=='],
  ['user-data', '#!/bin/sh\nexport DB_PASSWORD=EXAMPLE-not-a-password\n'],
]);

const VERSIONS = ['1.0', '2007-01-19', '2009-04-04', '2014-02-25', '2016-09-02', '2021-03-23', 'latest'];

/** A path's tree, or undefined where the version is none: `/latest/meta-data/x` → `meta-data/x`. */
export function belowVersion(path: string): string | undefined {
  const match = /^\/(?:latest|\d+\.\d+|\d{4}-\d\d-\d\d)(?:\/(.*))?$/s.exec(path);
  return match === null ? undefined : (match[1] ?? '');
}

/** Content of a path, a document or the list of a folder; undefined for 404. */
export function lookUp(path: string, now: number): string | undefined {
  if (path === '/') return VERSIONS.join('\n');
  const below = belowVersion(path);
  if (below === undefined) return undefined;
  // Facter and Ansible ask for it so.
  const document = DOCUMENTS.get(below === 'user-data/' ? 'user-data' : below);
  if (document !== undefined) return typeof document === 'string' ? document : document(now);
  return listing(below === '' || below.endsWith('/') ? below : `${below}/`);
}

function listing(folder: string): string | undefined {
  if (folder === 'meta-data/public-keys/') return '0=app-key';
  const names = new Set<string>();
  for (const path of DOCUMENTS.keys()) {
    if (!path.startsWith(folder)) continue;
    const rest = path.slice(folder.length);
    const slash = rest.indexOf('/');
    names.add(slash < 0 ? rest : rest.slice(0, slash + 1));
  }
  return names.size === 0 ? undefined : [...names].join('\n');
}
