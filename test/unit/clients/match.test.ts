import assert from 'node:assert/strict';
import { matchCaller, matchClient } from '../../../src/clients/match.ts';
import { CLIENT_ROWS } from '../../../src/clients/table.ts';
import type { ClientMatch, Clues } from '../../../src/clients/types.ts';

interface Expected {
  id: string | undefined;
  version?: string;
  by?: string;
  sdk?: string;
  predatesV2?: boolean;
  predatesSetting?: boolean;
}

function shown(match: ClientMatch | undefined): Expected {
  if (match === undefined) return { id: undefined };
  const { client, version, by, sdk, predatesV2, predatesSetting } = match;
  return {
    id: client.id,
    by,
    ...(version === undefined ? {} : { version }),
    ...(sdk === undefined ? {} : { sdk: sdk.client.id }),
    ...(predatesV2 === undefined ? {} : { predatesV2 }),
    ...(predatesSetting === undefined ? {} : { predatesSetting }),
  };
}

const GO_V1 = 'aws-sdk-go/1.44.133 (go1.19.8; linux; amd64)';
const GO_V2 = 'aws-sdk-go-v2/1.36.1 ua/2.1 os/linux lang/go#1.24.2 md/goos#linux md/goarch#amd64 ft/ec2-imds';
const UA = 'user agent';

const CASES: [title: string, clues: Clues, expected: Expected][] = [
  [
    'boto3, whose token code is botocore',
    { userAgent: 'Boto3/1.26.27 Python/3.11.2 Linux/6.1.0-18-cloud-amd64 Botocore/1.29.27' },
    { id: 'boto3', version: '1.26.27', by: UA, predatesV2: false, predatesSetting: true },
  ],
  [
    'boto3 as newer ones put it',
    { userAgent: 'Boto3/1.43.11 md/Botocore#1.43.11 ua/2.1 os/linux md/arch#x86_64 lang/python#3.11.7' },
    { id: 'boto3', version: '1.43.11', by: UA, predatesV2: false, predatesSetting: false },
  ],
  [
    'an old boto3',
    { userAgent: 'Boto3/1.9.0 Python/2.7.18 Linux/4.14 Botocore/1.12.2' },
    { id: 'boto3', version: '1.9.0', by: UA, predatesV2: true, predatesSetting: true },
  ],
  [
    'botocore alone',
    { userAgent: 'Botocore/1.13.24 Python/3.6.8 Linux/5.4' },
    { id: 'botocore', version: '1.13.24', by: UA, predatesV2: true, predatesSetting: true },
  ],
  ["BusyBox's Wget, which cannot ask for a token", { userAgent: 'Wget' }, { id: 'busybox-wget', by: UA }],
  [
    'the GET of libwww-perl',
    { userAgent: 'lwp-request/6.68 libwww-perl/6.68' },
    { id: 'perl-lwp', version: '6.68', by: UA },
  ],
  [
    'LWP::Simple',
    { userAgent: 'LWP::Simple/6.68 libwww-perl/6.68' },
    { id: 'perl-lwp', version: '6.68', by: UA },
  ],
  [
    "Terraform's provider, whose file also names a protocol",
    { executable: '/srv/.terraform/terraform-provider-aws_v4.67.0_x5' },
    { id: 'terraform', version: '4.67.0', by: 'executable' },
  ],
  [
    'AWS CLI v2',
    { userAgent: 'aws-cli/2.15.30 Python/3.11.8 Linux/6.1.0-18-cloud-amd64 exe/x86_64.debian.12' },
    { id: 'aws-cli-v2', version: '2.15.30', by: UA },
  ],
  [
    'AWS CLI v2 by where it lies, of a request without user agent',
    { executable: '/usr/local/aws-cli/v2/2.15.30/dist/aws' },
    { id: 'aws-cli-v2', version: '2.15.30', by: 'executable' },
  ],
  [
    'an old AWS CLI v1',
    { userAgent: 'aws-cli/1.16.288 Python/3.6.0 Linux/4.14 botocore/1.13.24' },
    { id: 'aws-cli-v1', version: '1.16.288', by: UA, predatesV2: true, predatesSetting: true },
  ],
  [
    'the Go SDK, of a program that nobody knows',
    { userAgent: GO_V1, executable: '/opt/app/server' },
    { id: 'aws-sdk-go-v1', version: '1.44.133', by: UA, predatesV2: false, predatesSetting: true },
  ],
  [
    'the Go SDK v2',
    { userAgent: GO_V2, executable: '/usr/local/bin/metrics-agent' },
    { id: 'aws-sdk-go-v2', version: '1.36.1', by: UA, predatesV2: false },
  ],
  [
    'the SSM agent before its SDK',
    { userAgent: 'aws-sdk-go/1.44.260 (go1.20.4; linux; amd64) amazon-ssm-agent/3.2.1041.0' },
    {
      id: 'ssm-agent',
      version: '3.2.1041.0',
      by: UA,
      sdk: 'aws-sdk-go-v1',
      predatesV2: false,
      predatesSetting: true,
    },
  ],
  [
    'the SSM agent by its executable, and the version of its package',
    {
      userAgent: 'aws-sdk-go/1.20.1',
      executable: '/usr/bin/amazon-ssm-agent',
      packageName: 'amazon-ssm-agent',
      packageVersion: '2.3.0-1',
    },
    {
      id: 'ssm-agent',
      version: '2.3.0',
      by: 'executable',
      sdk: 'aws-sdk-go-v1',
      predatesV2: true,
      predatesSetting: true,
    },
  ],
  [
    'the ECS agent, by both user agent and executable',
    { userAgent: GO_V2, executable: '/agent' },
    { id: 'ecs-agent', by: 'user agent and executable', sdk: 'aws-sdk-go-v2', predatesV2: false },
  ],
  ['no ECS agent by its executable alone', { executable: '/agent' }, { id: undefined }],
  [
    'the VPC CNI, whose own version nobody reads: its SDK tells',
    { userAgent: GO_V2, executable: '/app/aws-k8s-agent' },
    { id: 'vpc-cni', by: 'executable', sdk: 'aws-sdk-go-v2', predatesV2: false },
  ],
  [
    'Prometheus behind its SDK',
    { userAgent: GO_V1, executable: '/usr/bin/prometheus', program: 'prometheus' },
    { id: 'prometheus', by: 'executable', sdk: 'aws-sdk-go-v1', predatesV2: false, predatesSetting: true },
  ],
  [
    'by its package',
    { packageName: 'rclone', packageVersion: '1.60.1+dfsg-2+b5', executable: '/usr/bin/r' },
    { id: 'rclone', by: 'package', version: '1.60.1' },
  ],
  [
    "another SDK's user agent against the name of the executable",
    { userAgent: 'Boto3/1.26.27 Botocore/1.29.27', executable: '/opt/vault' },
    { id: 'boto3', by: UA, version: '1.26.27', predatesV2: false, predatesSetting: true },
  ],
  [
    'kube2iam, with a bare HTTP client',
    { userAgent: 'Go-http-client/1.1', executable: '/bin/kube2iam' },
    {
      id: 'kube2iam',
      by: 'executable',
    },
  ],
  [
    'aws-vault as a server',
    { executable: '/usr/local/bin/aws-vault', args: ['aws-vault', 'exec', 'work', '--ec2-server'] },
    { id: 'aws-vault-server', by: 'executable and argv', predatesV2: true },
  ],
  [
    'aws-vault that is none',
    { executable: '/usr/local/bin/aws-vault', args: ['aws-vault', 'exec', 'work'] },
    { id: undefined },
  ],
  [
    'ec2-metadata by what started curl',
    { userAgent: 'curl/7.88.1', program: 'curl', startedBy: 'bash /usr/bin/ec2-metadata' },
    { id: 'ec2-metadata', by: 'user agent and what started it' },
  ],
  [
    'curl of a script',
    { userAgent: 'curl/7.88.1', program: 'curl', startedBy: 'sh /opt/report.sh' },
    { id: 'curl', by: UA, version: '7.88.1' },
  ],
  [
    'a Java program by the jar of its SDK',
    { userAgent: 'aws-sdk-java/unknown-version', args: ['java', '-jar', 'aws-java-sdk-core-1.11.271.jar'] },
    { id: undefined },
  ],
  [
    'Jenkins with its SDK',
    { userAgent: 'aws-sdk-java/1.11.670 Linux', args: ['java', '-jar', '/usr/share/java/jenkins.war'] },
    { id: 'jenkins-ec2', by: 'user agent and argv', sdk: 'aws-sdk-java-v1', predatesV2: true },
  ],
  [
    'the JavaScript SDK v2 by what only its reads without a token send',
    { userAgent: 'aws-sdk-nodejs/2.500.0 linux/v20.19.0', executable: '/usr/bin/node' },
    { id: 'aws-sdk-js-v2', by: UA, version: '2.500.0', predatesV2: true, predatesSetting: true },
  ],
  ['none of the many that send no user agent with node', { executable: '/usr/bin/node' }, { id: undefined }],
  [
    'GDAL, which sends none either',
    { executable: '/usr/bin/gdalinfo', userAgent: '' },
    { id: 'gdal', by: 'no user agent and executable' },
  ],
  ['nobody', {}, { id: undefined }],
  [
    'a browser',
    { userAgent: 'Mozilla/5.0 (X11; Linux x86_64)', executable: '/usr/bin/firefox' },
    {
      id: undefined,
    },
  ],
  [
    'a name within another',
    { userAgent: 'MyBoto3/1.2 notcurl/8', executable: '/opt/xrclone' },
    {
      id: undefined,
    },
  ],
  [
    'what was replaced on disk since',
    { executable: '/usr/bin/rclone (deleted)' },
    { id: 'rclone', by: 'executable' },
  ],
];

describe('matchClient', () => {
  for (const [title, clues, expected] of CASES) {
    it(`names ${title}`, () => assert.deepEqual(shown(matchClient(clues)), expected));
  }

  it('gives all versions that it read', () => {
    const match = matchClient({ userAgent: 'Boto3/1.26.27 Python/3.11.2 Botocore/1.29.27' });
    assert.deepEqual(match?.versions, { boto3: '1.26.27', botocore: '1.29.27' });
  });

  it('reaches every row that has something of its own', () => {
    const reachable = CLIENT_ROWS.filter(({ match }) => match.length > 0);
    assert.ok(reachable.length > CLIENT_ROWS.length - 5);
  });
});

describe('the version of a client', () => {
  const agent = '/opt/datadog-agent/bin/agent/agent';
  const packaged = (packageName: string, packageVersion: string) => ({ packageName, packageVersion });
  const ROWS: [title: string, clues: Clues, version: string | undefined, by?: string, old?: boolean][] = [
    [
      'of its package, where the executable tells the product',
      { executable: agent, userAgent: 'Go-http-client/1.1', ...packaged('datadog-agent', '1:7.50.0-1') },
      '7.50.0',
      'package',
      true,
    ],
    [
      'of a package that is new enough',
      { executable: agent, ...packaged('datadog-agent', '1:7.64.0-1') },
      '7.64.0',
      'package',
      false,
    ],
    [
      'of a package before the release',
      { executable: agent, ...packaged('datadog-agent', '1:7.64.0~rc.3-1') },
      '7.64.0~rc.3',
      'package',
    ],
    [
      'of its package, where the script tells the product',
      { program: 'ruby /usr/bin/facter', userAgent: 'Ruby', ...packaged('facter', '3.14.12-1') },
      '3.14.12',
      'package',
      true,
    ],
    [
      'of what it says itself, before that of a package that was renewed since',
      { userAgent: 's3fs/1.86', executable: '/usr/bin/s3fs', ...packaged('s3fs', '1.90-1') },
      '1.86',
      'user agent',
      true,
    ],
    [
      'of its package, where the user agent is another one',
      { userAgent: 'Mozilla/5.0', executable: '/usr/bin/s3fs', ...packaged('s3fs-fuse', '1.86-1.el8') },
      '1.86',
      'package',
      true,
    ],
    [
      'of where it lies, where nothing else tells',
      { executable: '/usr/local/aws-cli/v2/2.15.30/dist/aws' },
      '2.15.30',
      'executable',
    ],
    [
      'of a package with additions',
      packaged('fluent-bit', '1.7.0+dfsg1~bpo11+1-2'),
      '1.7.0',
      'package',
      true,
    ],
    [
      'not of a package that has its file, and is another product',
      { executable: '/opt/puppetlabs/bin/facter', ...packaged('puppet-agent', '6.28.0-1focal') },
      undefined,
    ],
    [
      'not of the package of what runs it',
      { program: 'ruby /usr/bin/ohai', ...packaged('ruby3.1', '3.1.2-7') },
      undefined,
    ],
    [
      'not of the package for its SDK',
      { userAgent: 'Boto3/1.26.27', ...packaged('boto3', '9.9-1') },
      '1.26.27',
      'user agent',
    ],
  ];
  for (const [title, clues, version, by, old] of ROWS) {
    it(`is that ${title}`, () => {
      const match = matchClient(clues);
      assert.ok(match);
      assert.deepEqual([match.version, match.versionBy, match.predatesV2], [version, by, old]);
    });
  }

  it('is the one that counts of the SDK, where nobody knows what the program has', () => {
    const told = (clues: Clues) => matchClient(clues)?.isToldBySdk;
    assert.equal(told({ userAgent: GO_V1, executable: '/usr/bin/prometheus' }), true);
    assert.equal(told({ userAgent: GO_V1 }), false);
    assert.equal(told({ executable: agent, ...packaged('datadog-agent', '1:7.50.0-1') }), false);
  });
});

describe('matchCaller', () => {
  const id = (...agents: string[]) => matchCaller({ executable: '/usr/bin/app' }, agents)?.client.id;

  it('names the program before the SDK of some calls, and that before a bare client', () => {
    assert.equal(id('Cloud-Init/22.4.2', 'python-requests/2.28.1'), 'cloud-init');
    assert.equal(id('curl/7.88.1', 'Boto3/1.26.27 Botocore/1.29.27'), 'boto3');
  });

  it('names none of two SDKs, or of two bare clients', () => {
    assert.equal(id('Boto3/1.26.27 Botocore/1.29.27', 'aws-sdk-go/1.44.133'), undefined);
    assert.equal(id('curl/7.88.1', 'Wget/1.21.3'), undefined);
  });

  it('names a program that shows no user agent', () => {
    assert.equal(matchCaller({ executable: '/usr/bin/gdalinfo' }, [])?.client.id, 'gdal');
  });
});

describe('matchClient, given hostile input', () => {
  const LONG = 100_000;
  const HOSTILE = [
    'a'.repeat(LONG),
    ' '.repeat(LONG),
    '/'.repeat(LONG),
    '1.'.repeat(LONG),
    'aws-sdk-go/1.'.repeat(LONG / 10),
    'aws-sdk-go-v2/1 HashiCorp/'.repeat(LONG / 20),
    'aws-sdk-dotnet'.repeat(LONG / 10),
    `/datadog-agent/${'a/'.repeat(LONG)}`,
    `Botocore/${'1'.repeat(LONG)}`,
    `Boto3/1${'.1'.repeat(LONG)} `,
    '\u0000\u001b[31m\u202e'.repeat(LONG / 10),
  ];
  /** Of all rows together; it takes 1 ms. */
  const MOST_MS = 100;

  for (const [at, text] of HOSTILE.entries()) {
    it(`takes no time over text ${at + 1}: ${JSON.stringify(text.slice(0, 20))}…`, () => {
      const clues = {
        userAgent: text,
        program: text,
        startedBy: text,
        executable: text,
        args: Array.from({ length: 1000 }, () => text),
        packageName: text,
        packageVersion: text,
      };
      matchClient({});
      const taken = Array.from({ length: 5 }, () => {
        const start = performance.now();
        matchClient(clues);
        return performance.now() - start;
      });
      assert.ok(Math.min(...taken) < MOST_MS);
      const { version } = matchClient(clues) ?? {};
      assert.ok(version === undefined || /^[\w.]{1,40}$/.test(version));
    });
  }

  it('runs each regular expression over a kilobyte in a millisecond', () => {
    for (const { id, match, versions = [] } of CLIENT_ROWS) {
      for (const entry of [...match, ...versions]) {
        for (const [field, pattern] of Object.entries(entry)) {
          if (field === 'product' || typeof pattern !== 'string') continue;
          const regex = new RegExp(pattern);
          for (const text of HOSTILE.map((whole) => whole.slice(0, 1024))) {
            // The best of some: the machine has other things to do.
            const taken = Array.from({ length: 8 }, () => {
              const start = performance.now();
              regex.test(text);
              return performance.now() - start;
            });
            assert.ok(Math.min(...taken) < 1, `${id}.${field}`);
          }
        }
      }
    }
  });
});
