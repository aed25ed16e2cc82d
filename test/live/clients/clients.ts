import { existsSync } from 'node:fs';
import { join } from 'node:path';

const HERE = import.meta.dirname;
const FETCHED = join(HERE, '..', '..', '..', '.cache', 'clients');
/** Debian's packages that are unpacked there and not installed. */
const DEBIAN = join(FETCHED, 'root', 'usr');
const PYTHON = '/usr/bin/python3';

/** A real client, as somebody runs it. */
export interface Client {
  title: string;
  command: readonly string[];
  /** As a person knows it: the caller in the report, and what started a bare HTTP client. */
  program: string;
  startedBy?: string;
  executable: RegExp;
  /** Options of the stand-in endpoint. */
  endpoint?: readonly string[];
  /** Versions of its calls. */
  versions: readonly ('v1' | 'v2')[];
  /** It runs until it is stopped, once it has made so many requests. */
  stopAfter?: number;
}

const own = (name: string) => join(HERE, name);
const PYTHON_PROGRAM = /^\/usr\/bin\/python3\.\d+$/;
const REFUSED = ['--keep-alive', '--put', '403'];

function python(title: string, script: string, versions: Client['versions'], endpoint?: string[]): Client {
  const executable = PYTHON_PROGRAM;
  const program = `python3 ${own(script)}`;
  return { title, command: [PYTHON, own(script)], program, executable, versions, endpoint: endpoint ?? [] };
}

function node(title: string, script: string, versions: Client['versions'], endpoint?: string[]): Client {
  const executable = /\/node$/;
  const program = `node ${own(script)}`;
  return {
    title,
    command: [process.execPath, own(script)],
    program,
    executable,
    versions,
    endpoint: endpoint ?? [],
  };
}

function script(title: string, tool: string, name: string): Client {
  const startedBy = `sh ${own(name)}`;
  const executable = new RegExp(`^/usr/bin/${tool}$`);
  return {
    title,
    command: ['/bin/sh', own(name)],
    program: tool,
    startedBy,
    executable,
    versions: ['v1', 'v2'],
  };
}

const prometheus = {
  command: [
    join(DEBIAN, 'bin/prometheus'),
    `--config.file=${own('prometheus.yml')}`,
    '--web.listen-address=127.0.0.1:9090',
  ],
  program: 'prometheus',
  executable: /\/usr\/bin\/prometheus$/,
  stopAfter: 2,
};

export const REAL_CLIENTS: readonly Client[] = [
  script('curl', 'curl', 'curl.sh'),
  script('wget', 'wget', 'wget.sh'),
  python('http.client', 'http_client.py', ['v1', 'v2'], ['--keep-alive']),
  python('botocore', 'botocore_credentials.py', ['v2']),
  python('botocore whose token is refused', 'botocore_credentials.py', ['v1', 'v2'], REFUSED),
  {
    title: "Debian's AWS CLI",
    command: ['/usr/bin/aws', 'configure', 'list'],
    program: 'python3 /usr/bin/aws',
    executable: PYTHON_PROGRAM,
    versions: ['v2'],
  },
  node('AWS SDK for JavaScript v2', 'sdk_v2.cjs', ['v2']),
  node('AWS SDK for JavaScript v2 whose token is refused', 'sdk_v2.cjs', ['v1', 'v2'], REFUSED),
  node('AWS SDK for JavaScript v3', 'sdk_v3.cjs', ['v2']),
  node('AWS SDK for JavaScript v3 whose token is refused', 'sdk_v3.cjs', ['v1', 'v2'], REFUSED),
  {
    title: 'ec2-metadata of amazon-ec2-utils',
    command: [join(DEBIAN, 'bin/ec2-metadata')],
    program: 'curl',
    startedBy: `bash ${join(DEBIAN, 'bin/ec2-metadata')}`,
    executable: /^\/usr\/bin\/curl$/,
    versions: ['v2'],
  },
  python("cloud-init's EC2 data source", 'cloud_init_ec2.py', ['v2']),
  { title: "Prometheus' EC2 service discovery", ...prometheus, versions: ['v2'] },
  {
    title: "Prometheus' EC2 service discovery whose token is refused",
    ...prometheus,
    endpoint: ['--put', '405'],
    versions: ['v1', 'v2'],
  },
];

/** Whether the test's set-up has fetched what there is to fetch. */
export function areClientsThere(): boolean {
  return [
    '/usr/bin/wget',
    '/usr/bin/aws',
    '/usr/lib/python3/dist-packages/botocore',
    join(DEBIAN, 'bin/prometheus'),
    join(DEBIAN, 'bin/ec2-metadata'),
    join(DEBIAN, 'lib/python3/dist-packages/cloudinit'),
    join(FETCHED, 'node_modules/aws-sdk'),
    join(FETCHED, 'node_modules/@smithy/credential-provider-imds'),
  ].every((path) => existsSync(path));
}

/** Nothing of who runs the tests, no proxy, and no credentials but the service's. */
export const CLIENT_ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/nonexistent',
  LC_ALL: 'C.UTF-8',
  NODE_PATH: join(FETCHED, 'node_modules'),
  NODE_NO_WARNINGS: '1',
  AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE: '1',
  PYTHONPATH: join(DEBIAN, 'lib/python3/dist-packages'),
  PYTHONDONTWRITEBYTECODE: '1',
  BASE: 'http://169.254.169.254',
};
