import { bin, ENVIRONMENT, inPackages, OTHERS, own } from './environment.ts';
import { MODE_NAMES, type Mode } from './modes.ts';

/** A real client, as somebody runs it. */
export interface ZooClient {
  id: string;
  /** For docs/zoo.md, with the version that is run. */
  title: string;
  command: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** Its row of the client table, where none is named by what it shows. */
  row?: string;
  /** It asks several things at a time. */
  isParallel?: boolean;
  /** It waits for an answer for ever. */
  waits?: boolean;
  /** It is run in these only. */
  modes?: readonly Mode[];
}

const PYTHON = '/usr/bin/python3';
const NOWHERE = 'http://127.0.0.1:9';

const python = (id: string, title: string, script: string): ZooClient => ({
  id,
  title,
  command: [PYTHON, own(script)],
});
const node = (id: string, title: string, script: string): ZooClient => ({
  id,
  title,
  command: [process.execPath, own(script)],
});
const ruby = (id: string, title: string, ...args: string[]): ZooClient => ({
  id,
  title,
  command: [bin('ruby'), ...args],
});
const perl = (id: string, title: string, script: string): ZooClient => ({
  id,
  title,
  command: ['/usr/bin/perl', own(script)],
});
const shell = (id: string, title: string, script: string): ZooClient => ({
  id,
  title,
  command: ['/bin/sh', own(script)],
});

const MODULE = inPackages(
  'lib/python3/dist-packages/ansible_collections/amazon/aws/plugins/modules/ec2_metadata_facts.py',
);

const CLIENTS: readonly ZooClient[] = [
  python('botocore', 'botocore 1.29.27', '../../live/clients/botocore_credentials.py'),
  python('boto3', 'boto3 1.26.27', 'boto3_credentials.py'),
  { id: 'awscli', title: 'AWS CLI 2.9.19 of Debian', command: ['/usr/bin/aws', 'configure', 'list'] },
  { ...python('boto2', 'boto 2.49.0', 'boto2_metadata.py'), row: 'boto2' },
  python('awscrt', 'AWS Common Runtime 0.16.8 for Python', 'awscrt_credentials.py'),
  {
    id: 'ansible',
    title: 'amazon.aws.ec2_metadata_facts of Ansible 7.7.0',
    command: ['/bin/sh', own('ansible_facts.sh')],
    env: { MODULE },
  },
  {
    id: 's3cmd',
    title: 's3cmd 2.3.0',
    // It waits two seconds, just as long as a slow answer takes.
    modes: MODE_NAMES.filter((mode) => mode !== 'slow'),
    command: [PYTHON, bin('s3cmd'), '--config=/dev/null', '--no-ssl', '--host=127.0.0.1:9', 'ls'],
  },
  python('cloud-init', 'cloud-init 22.4.2', '../../live/clients/cloud_init_ec2.py'),
  python('urllib', 'a script of urllib with tokens', 'urllib_token.py'),
  python('requests', 'a script of Requests without tokens', 'requests_v1.py'),

  node('aws-sdk-js-v2', 'AWS SDK for JavaScript 2.1693.0', 'aws_sdk_v2.cjs'),
  {
    ...node(
      'aws-sdk-js-v2-polling',
      'AWS SDK for JavaScript 2.1693.0, for more than a minute',
      'aws_sdk_v2_polling.cjs',
    ),
    modes: ['unanswered'],
  },
  node(
    'aws-sdk-js-v2-metadata',
    'MetadataService of the AWS SDK for JavaScript 2.1693.0',
    'aws_sdk_v2_metadata.cjs',
  ),
  node('aws-sdk-js-v2-old', 'AWS SDK for JavaScript 2.500.0', 'aws_sdk_v2_old.cjs'),
  {
    ...node('aws-sdk-js-v3', '@smithy/credential-provider-imds 4.5.2', 'aws_sdk_v3.cjs'),
    row: 'aws-sdk-js-v3',
  },
  {
    ...node('metadata-service', '@aws-sdk/ec2-metadata-service 3.1164.0', 'metadata_service.cjs'),
    waits: true,
  },
  { ...node('otel-js', '@opentelemetry/resource-detector-aws 2.23.0', 'otel_detector.cjs'), row: 'otel-js' },
  {
    ...node('elastic-apm', 'elastic-apm-node 4.18.0', 'elastic_apm.cjs'),
    row: 'elastic-apm-node',
    isParallel: true,
  },
  { ...node('minio-js', 'minio 8.0.7 of npm', 'minio.cjs'), row: 'minio-js', waits: true },
  node('gcp-metadata', 'gcp-metadata 8.1.4 of npm', 'gcp_metadata.mjs'),
  node('fetch', "a script of Node's fetch without tokens", 'fetch.mjs'),

  {
    id: 'prometheus',
    title: 'Prometheus 2.42.0',
    command: [
      `${OTHERS}/bin/prometheus`,
      `--config.file=${own('../../live/clients/prometheus.yml')}`,
      '--web.listen-address=127.0.0.1:0',
    ],
  },
  {
    id: 'rclone',
    title: 'rclone 1.60.1',
    waits: true,
    command: [
      bin('rclone'),
      '--config=/dev/null',
      '--retries=1',
      '--low-level-retries=1',
      'lsd',
      `:s3,provider=AWS,env_auth,region=us-east-1,endpoint="${NOWHERE}":`,
    ],
  },
  shell('ecr-login', 'amazon-ecr-credential-helper 0.6.0', 'ecr_login.sh'),
  {
    id: 'restic',
    title: 'restic 0.14.0',
    command: [bin('restic'), '--no-cache', '-r', `s3:${NOWHERE}/bucket`, 'snapshots'],
    env: { RESTIC_PASSWORD: 'EXAMPLE' },
  },

  {
    id: 's3fs',
    title: 's3fs 1.90',
    command: [bin('s3fs'), 'bucket', '.', '-f', '-o', 'iam_role=auto', '-o', `url=${NOWHERE}`],
  },
  {
    id: 'gdal',
    title: 'GDAL 3.6.2',
    command: [bin('gdalinfo'), '/vsis3/bucket/file.tif'],
    env: { CPL_AWS_AUTODETECT_EC2: 'NO', AWS_S3_ENDPOINT: '127.0.0.1:9', AWS_HTTPS: 'NO' },
  },
  {
    id: 'pgbackrest',
    title: 'pgBackRest 2.45',
    command: [
      bin('pgbackrest'),
      '--stanza=main',
      '--repo1-type=s3',
      '--repo1-s3-key-type=auto',
      '--repo1-s3-bucket=bucket',
      '--repo1-s3-region=us-east-1',
      '--repo1-s3-endpoint=localhost',
      '--repo1-storage-host=127.0.0.1',
      '--repo1-path=/',
      '--io-timeout=3',
      '--config=/dev/null',
      '--log-level-file=off',
      'info',
    ],
  },

  ruby('aws-sdk-ruby', 'AWS SDK for Ruby, core 3.168.1', own('aws_sdk_core.rb')),
  { ...ruby('fog-aws', 'fog-aws 3.15.0', own('fog_aws.rb')), row: 'fog-aws' },
  ruby('ohai', 'ohai 16.13.0', bin('ohai'), '-c', own('ohai.rb'), 'ec2'),
  ruby('facter', 'facter 4.3.0', '-r', own('on_kvm.rb'), bin('facter'), 'ec2_metadata'),

  perl('vm-ec2', 'VM::EC2 1.28', 'vm_ec2.pl'),
  perl('net-amazon-ec2', 'Net::Amazon::EC2 0.36', 'net_amazon_ec2.pl'),
  perl('http-tiny', 'a script of HTTP::Tiny without tokens', 'http_tiny.pl'),

  shell('curl-v1', 'a script of curl without tokens', 'curl_v1.sh'),
  shell('curl-v2', 'a script of curl with tokens', 'curl_v2.sh'),
  shell('curl-f', 'a script of curl -f with tokens', 'curl_f.sh'),
  shell('wget-v1', 'a script of Wget without tokens', 'wget_v1.sh'),
  shell('wget-v2', 'a script of Wget with tokens', 'wget_v2.sh'),
  shell('busybox-v1', 'a script of the Wget of BusyBox 1.35.0 without tokens', 'busybox_v1.sh'),
  shell('busybox-v2', 'a script of that Wget that was written for GNU Wget, with tokens', 'busybox_v2.sh'),
  {
    id: 'ec2-metadata',
    title: 'ec2-metadata 2.0.1',
    waits: true,
    command: [`${OTHERS}/bin/ec2-metadata`, '--instance-id'],
  },
  {
    id: 'ec2-net-utils',
    title: 'amazon-ec2-net-utils 2.3.0',
    command: ['/bin/bash', own('net_utils.sh')],
    env: { LIBRARY: inPackages('share/amazon-ec2-net-utils/lib.sh') },
  },
];

export const ZOO: readonly ZooClient[] = CLIENTS.map((client) => ({
  ...client,
  env: { ...ENVIRONMENT, ...client.env },
}));
