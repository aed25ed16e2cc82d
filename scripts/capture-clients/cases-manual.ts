/** Scripts that people write, with the tools at hand. */
import type { ClientCase } from './cases.ts';

export const CURL_VERSION = 'curl --version | cut -d" " -f1-2';
const WGET_VERSION = 'wget --version | cut -d" " -f2-3';
export const TTL = '-H "X-aws-ec2-metadata-token-ttl-seconds: 21600"';
/** Reads with whatever is in $TOKEN, as most scripts have it. */
const WITH_TOKEN = '-H "X-aws-ec2-metadata-token: $TOKEN"';
const PUT = `curl -s -X PUT $BASE/latest/api/token ${TTL}`;
const CREDENTIALS = '$BASE/latest/meta-data/iam/security-credentials';

export const MANUAL_CASES: readonly ClientCase[] = [
  {
    name: 'curl-v1',
    title: 'curl without a token',
    shows: 'IMDSv1 as in countless scripts: documents, credentials, HEAD, and what is not there.',
    run: `
curl -s $BASE/latest/meta-data/ami-id
ROLE=$(curl -s ${CREDENTIALS}/)
curl -s ${CREDENTIALS}/$ROLE
curl -sI $BASE/latest/meta-data/instance-id
curl -s $BASE/latest/meta-data/spot/instance-action
curl -s "$BASE/2009-04-04/user-data?a=b"
curl -s $BASE//latest//meta-data/mac`,
    version: CURL_VERSION,
  },
  {
    name: 'curl-v2',
    title: 'curl with a token',
    shows: 'IMDSv2 as the user guide has it, a header without a blank after its colon, HEAD with a token.',
    run: `
TOKEN=$(${PUT})
curl -s ${WITH_TOKEN} $BASE/latest/meta-data/placement/availability-zone
curl -s -H "X-aws-ec2-metadata-token:$TOKEN" $BASE/latest/dynamic/instance-identity/document
curl -sI ${WITH_TOKEN} $BASE/latest/meta-data/iam/info
curl -s -H "X-aws-ec2-metadata-token: INVALID" $BASE/`,
    version: CURL_VERSION,
    endpoint: ['--tokens', 'required'],
  },
  {
    name: 'curl-required',
    title: 'curl without a token where one is required, answered by HTTP/1.0',
    shows: '401 for IMDSv1, 200 for IMDSv2, each as HTTP/1.0.',
    run: `
curl -s $BASE/latest/meta-data/ami-id
curl -sI $BASE/latest/meta-data/ami-id
TOKEN=$(${PUT})
curl -s ${WITH_TOKEN} $BASE/latest/user-data
curl -s -0 ${WITH_TOKEN} $BASE/latest/meta-data/hostname`,
    version: CURL_VERSION,
    endpoint: ['--tokens', 'required', '--http-version', '1.0'],
  },
  {
    name: 'curl-empty-token',
    title: 'A script for IMDSv2 whose token is empty',
    shows:
      'The PUT is refused, -f leaves $TOKEN empty, and curl drops a header without a value: IMDSv1. With a semicolon it sends the empty header: IMDSv2 by presence, and 401.',
    run: `
TOKEN=$(${PUT} -f)
curl -s ${WITH_TOKEN} $BASE/latest/meta-data/instance-id
curl -s -H 'X-aws-ec2-metadata-token;' $BASE/latest/meta-data/instance-id`,
    version: CURL_VERSION,
    endpoint: ['--put', '403'],
  },
  {
    name: 'curl-page-as-token',
    title: 'A script for IMDSv2 whose token is an error page',
    shows:
      'Without -f the XHTML page of the refused PUT becomes the value of the token header: line feeds within it, and lines without a colon. IMDSv2 by presence, 401.',
    run: `
TOKEN=$(${PUT})
curl -s ${WITH_TOKEN} $BASE/latest/meta-data/instance-id
curl -s ${WITH_TOKEN} ${CREDENTIALS}/app-role`,
    version: CURL_VERSION,
    endpoint: ['--put', '403'],
  },
  {
    name: 'curl-put-unanswered',
    title: 'A token PUT that gets no answer',
    shows:
      'What a hop limit of 1 does to a container: the PUT times out, then the script reads without a token.',
    run: `
TOKEN=$(${PUT} -m 1)
curl -s ${WITH_TOKEN} $BASE/latest/meta-data/instance-id`,
    version: CURL_VERSION,
    endpoint: ['--put', 'silence'],
  },
  {
    name: 'curl-put-late',
    title: 'A token PUT that is answered too late, and connections closed without an answer',
    shows:
      'The client gives up after 0.5 s, the answer would have come after 1.2 s. The read is then cut off by the endpoint.',
    run: `
TOKEN=$(${PUT} -m 0.5)
sleep 1
curl -s ${WITH_TOKEN} $BASE/latest/meta-data/instance-id`,
    version: CURL_VERSION,
    endpoint: ['--put', 'late:1200', '--get', 'close'],
  },
  {
    name: 'curl-upgrade',
    title: 'curl that offers HTTP/2',
    shows: 'Upgrade: h2c and HTTP2-Settings in a request that stays HTTP/1.1.',
    run: `
curl -s --http2 $BASE/latest/meta-data/ami-id
TOKEN=$(${PUT} --http2)
curl -s --http2 ${WITH_TOKEN} $BASE/latest/meta-data/ami-id`,
    version: CURL_VERSION,
  },
  {
    name: 'curl-proxied',
    title: 'Requests as proxies pass them on',
    shows: 'X-Forwarded-For makes the PUT fail with 403; the read goes through. Absolute-form targets.',
    run: `
curl -s -H "X-Forwarded-For: 10.0.0.7" -X PUT $BASE/latest/api/token ${TTL}
curl -s -H "X-Forwarded-For: 10.0.0.7" $BASE/latest/meta-data/mac
TOKEN=$(${PUT} -x $BASE)
curl -s -x $BASE ${WITH_TOKEN} $BASE/latest/meta-data/mac
curl -s -x $BASE $BASE/latest/meta-data/mac`,
    version: CURL_VERSION,
  },
  {
    name: 'curl-methods',
    title: 'Wrong methods, paths and lifetimes',
    shows:
      '405 for what is no PUT on the token path, 403 for its versioned form, 400 for a TTL that cannot be; a body that is sent only after 100 Continue; another cloud’s paths.',
    run: `
curl -s $BASE/latest/api/token
curl -s -X POST -d '{"a":1}' $BASE/latest/api/token
curl -s -X OPTIONS $BASE/latest/api/token
curl -s -X PUT ${TTL} $BASE/2021-03-23/api/token
curl -s -X PUT -H "X-aws-ec2-metadata-token-ttl-seconds: 99999" $BASE/latest/api/token
curl -s -X PUT $BASE/latest/api/token
curl -s -X PUT -H 'Expect: 100-continue' -H 'Metadata-Flavor: ibm' -d '{"expires_in": 60}' "$BASE/instance_identity/v1/token?version=2022-03-08"
printf GET | curl -s -X PUT -T - ${TTL} $BASE/latest/api/token
curl -s -H 'Metadata: true' "$BASE/metadata/instance?api-version=2021-08-01"
curl -s -H 'Metadata-Flavor: Google' $BASE/computeMetadata/v1/instance/id`,
    version: CURL_VERSION,
  },
  {
    name: 'wget',
    title: 'wget',
    shows:
      'Without a token, with one, and with the empty header that wget sends for an empty variable: IMDSv2 by presence, 401.',
    run: `
wget -qO- $BASE/latest/meta-data/ami-id
TOKEN=$(wget -qO- --method=PUT --header="X-aws-ec2-metadata-token-ttl-seconds: 60" $BASE/latest/api/token)
wget -qO- --header="X-aws-ec2-metadata-token: $TOKEN" $BASE/latest/meta-data/ami-id
wget -qO- --header="X-aws-ec2-metadata-token: " $BASE/latest/meta-data/ami-id`,
    version: WGET_VERSION,
    endpoint: ['--keep-alive'],
  },
];
