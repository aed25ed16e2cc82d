/** The same requests over other ways: IPv6, a container's bridge, a narrow path, a cut capture. */

import type { ClientCase } from './cases.ts';
import { CURL_VERSION, TTL } from './cases-manual.ts';

const BOTH_VERSIONS = `
curl -s $BASE/latest/meta-data/ami-id
TOKEN=$(curl -s -X PUT $BASE/latest/api/token ${TTL})
curl -s -H "X-aws-ec2-metadata-token: $TOKEN" $BASE/latest/meta-data/iam/security-credentials/app-role`;

/** A header of which no packet of the narrow path holds more than a part. */
const LONG_HEADER = `-H "X-Padding: $(printf '%01200d' 0)"`;

export const PATH_CASES: readonly ClientCase[] = [
  {
    name: 'ipv6',
    title: 'The endpoint by IPv6',
    shows: 'IMDSv1 and IMDSv2 at [fd00:ec2::254].',
    run: `
BASE='http://[fd00:ec2::254]'
${BOTH_VERSIONS.trim()}`,
    version: CURL_VERSION,
  },
  {
    name: 'container-any',
    title: 'A container behind a bridge and masquerade, captured on any',
    shows:
      'LINUX_SLL2: the same packets at the veth, at the bridge, and, with the address of the host, at the uplink. One call each.',
    run: BOTH_VERSIONS,
    version: CURL_VERSION,
    topology: 'container',
    captureAt: 'host',
    interfaces: ['any'],
  },
  {
    name: 'container-interfaces',
    title: 'A container behind a bridge and masquerade, captured on three interfaces',
    shows:
      'pcapng with the names of veth, bridge and uplink: the same packets three times, with and without address translation. One call each.',
    run: BOTH_VERSIONS,
    version: CURL_VERSION,
    topology: 'container',
    captureAt: 'host',
    tool: 'dumpcap',
    interfaces: ['veth0', 'br0', 'eth0'],
  },
  {
    name: 'snap-length',
    title: 'Requests cut by the snap length',
    shows:
      '96 bytes of each packet: the request line may be there, the end of the header is not, so the version cannot be read.',
    run: BOTH_VERSIONS,
    version: CURL_VERSION,
    snaplen: 96,
  },
  {
    name: 'fragments',
    title: 'Requests in IP fragments',
    shows:
      'A router on the way takes 576 bytes, and the client allows it to fragment. Captured at the service.',
    run: `
curl -s ${LONG_HEADER} $BASE/latest/meta-data/ami-id
TOKEN=$(curl -s ${LONG_HEADER} -X PUT $BASE/latest/api/token ${TTL})
curl -s ${LONG_HEADER} -H "X-aws-ec2-metadata-token: $TOKEN" $BASE/latest/user-data`,
    version: CURL_VERSION,
    topology: 'narrow',
    captureAt: 'server',
    interfaces: ['imds0'],
  },
  {
    name: 'keep-alive',
    title: 'Many requests on one connection',
    shows: 'One token, then 40 reads, every fourth without the token.',
    run: `
/usr/bin/python3 -c '
import http.client
connection = http.client.HTTPConnection("169.254.169.254")
def ask(method, path, headers):
    connection.request(method, path, headers=headers)
    return connection.getresponse().read().decode()
token = ask("PUT", "/latest/api/token", {"X-aws-ec2-metadata-token-ttl-seconds": "300"})
for i in range(40):
    ask("GET", "/latest/meta-data/" + ["mac", "ami-id", "nothing"][i % 3], {} if i % 4 == 3 else {"X-aws-ec2-metadata-token": token})
'`,
    version: 'echo $(/usr/bin/python3 --version), http.client',
    endpoint: ['--keep-alive'],
  },
];
