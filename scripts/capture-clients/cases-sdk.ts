/** Languages and SDKs: answered, refused, not answered. */
import type { ClientCase } from './cases.ts';

const BOTO3 = `
/usr/bin/python3 -c '
import boto3
session = boto3.Session(region_name="us-east-1")
print(session.get_credentials().access_key)
'`;
const BOTO3_VERSION = `/usr/bin/python3 -c 'import boto3, botocore; print("boto3", boto3.__version__, "botocore", botocore.__version__)'`;

const JS2 = `
$NODE -e '
const AWS = require("aws-sdk");
new AWS.EC2MetadataCredentials({ httpOptions: { timeout: 1000 } }).refresh((error) => console.log(String(error)));
'`;
const JS2_VERSION = `$NODE -p '"aws-sdk " + require("aws-sdk/package.json").version + ", Node " + process.version'`;

const JS3 = `
$NODE -e '
const { fromInstanceMetadata } = require("@smithy/credential-provider-imds");
const provider = fromInstanceMetadata({ timeout: 1000, maxRetries: 0 });
provider().then(() => provider()).then((credentials) => console.log(credentials.accessKeyId), console.log);
'`;
const JS3_VERSION = `$NODE -p '"@smithy/credential-provider-imds " + require("@smithy/credential-provider-imds/package.json").version + ", Node " + process.version'`;

const PROMETHEUS = `
D=$(mktemp -d)
printf 'scrape_configs:\\n- job_name: ec2\\n  ec2_sd_configs:\\n  - port: 80\\n' > $D/p.yml
timeout 6 $UNPACKED/usr/bin/prometheus --config.file=$D/p.yml --storage.tsdb.path=$D/data --web.listen-address=127.0.0.1:9090
rm -rf $D`;

/** One client at an endpoint that answers its PUT, that refuses it, and that says nothing. */
function threeWays(base: Omit<ClientCase, 'endpoint'>, falls: string): ClientCase[] {
  return [
    {
      ...base,
      shows: `${base.shows} The token PUT is answered: IMDSv2 throughout.`,
      endpoint: ['--keep-alive'],
    },
    {
      ...base,
      name: `${base.name}-refused`,
      title: `${base.title}, whose PUT is refused`,
      shows: `The token PUT is answered with 403. ${falls}`,
      endpoint: ['--keep-alive', '--put', '403'],
    },
    {
      ...base,
      name: `${base.name}-unanswered`,
      title: `${base.title}, whose PUT gets no answer`,
      shows: `The token PUT is never answered. ${falls}`,
      endpoint: ['--keep-alive', '--put', 'silence'],
    },
  ];
}

export const SDK_CASES: readonly ClientCase[] = [
  {
    name: 'python',
    title: "Python's standard library",
    shows: 'urllib (capitalised header names, a connection each) and http.client (one connection).',
    run: `
/usr/bin/python3 -c '
import http.client, os, urllib.request
base = os.environ["BASE"]
print(urllib.request.urlopen(base + "/latest/meta-data/ami-id").read())
put = urllib.request.Request(base + "/latest/api/token", method="PUT",
                             headers={"X-aws-ec2-metadata-token-ttl-seconds": "60"})
token = urllib.request.urlopen(put).read().decode()
get = urllib.request.Request(base + "/latest/user-data", headers={"X-aws-ec2-metadata-token": token})
print(urllib.request.urlopen(get).read())
connection = http.client.HTTPConnection("169.254.169.254")
for path in ["instance-id", "mac", "nothing"]:
    connection.request("GET", "/latest/meta-data/" + path)
    print(connection.getresponse().read())
'`,
    version: 'echo $(/usr/bin/python3 --version)',
    endpoint: ['--keep-alive'],
  },
  ...threeWays(
    {
      name: 'boto3',
      title: 'boto3',
      shows: 'Lower-case header names, one kept connection.',
      run: BOTO3,
      version: BOTO3_VERSION,
    },
    'It reads the credentials without a token: IMDSv1.',
  ),
  {
    name: 'awscli',
    title: 'AWS CLI v2',
    shows: 'Credentials by IMDSv2.',
    run: '/usr/bin/aws configure list',
    version: '/usr/bin/aws --version | cut -d" " -f1',
    endpoint: ['--keep-alive'],
  },
  {
    name: 'awscli-refused',
    title: 'AWS CLI v2, whose PUT is refused',
    shows: 'The PUT is answered with 404, as by services of other clouds. IMDSv1 follows.',
    run: '/usr/bin/aws configure list',
    version: '/usr/bin/aws --version | cut -d" " -f1',
    endpoint: ['--keep-alive', '--put', '404'],
  },
  ...threeWays(
    {
      name: 'aws-sdk-js-v2',
      title: 'AWS SDK for JavaScript v2',
      shows: 'A connection for each request; no user agent with a token.',
      run: JS2,
      version: JS2_VERSION,
    },
    'It reads the credentials without a token: IMDSv1, and only then with a user agent.',
  ),
  ...threeWays(
    {
      name: 'aws-sdk-js-v3',
      title: 'AWS SDK for JavaScript v3 (its IMDS provider)',
      shows: 'No user agent at all; a new token for each fetch.',
      run: JS3,
      version: JS3_VERSION,
    },
    'It reads the credentials without a token: IMDSv1, and asks for a token again the next time.',
  ),
  {
    name: 'node',
    title: 'Node: fetch and node:http',
    shows:
      'fetch sends `user-agent: node` and lower-case names, node:http no user agent; one agent keeps its connection.',
    run: `
$NODE -e '
const http = require("node:http");
const base = process.env.BASE + "/latest/";
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const get = (path) => new Promise((resolve) => http.get(base + path, { agent }, (answer) => answer.resume().on("end", resolve)));
(async () => {
  await (await fetch(base + "meta-data/ami-id")).text();
  const headers = { "X-aws-ec2-metadata-token-ttl-seconds": "60" };
  const token = await (await fetch(base + "api/token", { method: "PUT", headers })).text();
  await (await fetch(base + "user-data", { headers: { "X-aws-ec2-metadata-token": token } })).text();
  await get("meta-data/mac");
  await get("meta-data/nothing");
  process.exit();
})();
'`,
    version: `$NODE -p '"Node " + process.version'`,
    endpoint: ['--keep-alive'],
  },
  {
    name: 'prometheus',
    title: "Prometheus' EC2 service discovery",
    shows: 'AWS SDK for Go v1 under another name: it looks up the region, with a token.',
    run: PROMETHEUS,
    version: '$UNPACKED/usr/bin/prometheus --version 2>&1 | cut -d" " -f1-3',
  },
  {
    name: 'prometheus-refused',
    title: "Prometheus' EC2 service discovery, whose PUT is refused",
    shows: 'The token PUT is answered with 405: the region is looked up without one, IMDSv1.',
    run: PROMETHEUS,
    version: '$UNPACKED/usr/bin/prometheus --version 2>&1 | cut -d" " -f1-3',
    endpoint: ['--put', '405'],
  },
  {
    name: 'cloud-init',
    title: "cloud-init's EC2 data source",
    shows: 'A crawl of the whole tree by IMDSv2, at versioned paths; the token PUT is at /latest.',
    run: `
PYTHONPATH=$UNPACKED/usr/lib/python3/dist-packages /usr/bin/python3 -c '
from cloudinit import distros, helpers, sources
from cloudinit.sources import DataSourceEc2 as ec2
paths = helpers.Paths({"cloud_dir": "/tmp/imds-cloud", "run_dir": "/tmp/imds-cloud"})
source = ec2.DataSourceEc2({"datasource": {"Ec2": {"timeout": 1, "max_wait": 2}}}, distros.fetch("debian")("debian", {}, paths), paths)
source._get_cloud_name = lambda: ec2.CloudNames.AWS
print(source.crawl_metadata().keys())
'
rm -rf /tmp/imds-cloud`,
    version:
      'PYTHONPATH=$UNPACKED/usr/lib/python3/dist-packages /usr/bin/python3 -c "from cloudinit import version; print(\'cloud-init\', version.version_string())"',
  },
];
