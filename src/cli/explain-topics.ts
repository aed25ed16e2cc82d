/** A word of reports that is no rule, for `imds explain`. */
export interface Topic {
  id: string;
  title: string;
  meaning: string;
  next: string;
}

export function topic(id: string, title: string, meaning: string, next: string): Topic {
  return { id, title, meaning, next };
}

const ASKED_OVER_V1 =
  'See why its callers do it over IMDSv1, if they do (the line "why"), and fix those first.';

/** Verdicts, versions of calls, and what callers ask for, as reports have them; ids in lower case with hyphens. */
export const TOPICS: readonly Topic[] = [
  topic(
    'ready',
    'HttpTokens=required would break nothing that was seen',
    'No call by IMDSv1, none that could not be read, proof in every recording that no call was missed, and the host was watched for a day (--observed asks for less or more). What runs once a week is not covered by a day.',
    "Hold it against CloudWatch's MetadataNoToken, which has to be zero over the same time, then enforce.",
  ),
  topic(
    'not-ready',
    'HttpTokens=required would break calls',
    'There is a call by IMDSv1. What else would have to be otherwise stands behind "Needed".',
    'Fix the callers in the order of the report, then look at the calls since: imds report --since TIME, with the time of the fix.',
  ),
  topic(
    'not-enough-evidence',
    'not proven to be safe for HttpTokens=required',
    'No call by IMDSv1 was seen, but calls may have been missed, could not be read, were left out of the report, or the host was not watched for long enough.',
    '"Needed" says what is lacking.',
  ),
  topic(
    'incomplete',
    'not proven that every call was seen',
    'Something was lost, cut or not read, or the kernel did not count what there was to see; "Missing" tells what.',
    'Watch with imds live, which counts: its sessions prove that nothing is missing, or say what is.',
  ),
  topic(
    'v1',
    'a call by IMDSv1',
    'A request to the metadata service without a session token. It is answered 401 once HttpTokens=required is set.',
    'The line "why" names the cause, "fix" what to change.',
  ),
  topic(
    'v2',
    'a call by IMDSv2',
    'A request with a session token, or the request for one (PUT /latest/api/token).',
    'Nothing: it goes on working.',
  ),
  topic(
    'unknown',
    'a call whose version could not be read',
    'Bytes were sent, but no request could be read: the capture does not hold enough of it. Nothing is guessed.',
    'The line "why" says what hindered; mostly a snap length (tcpdump -s 0), dropped packets, or a capture that began later.',
  ),
  topic(
    'foreign',
    'a request for what only another cloud has',
    'A path of the metadata service of Azure, Google Cloud or another cloud, not answered with success: agents look where they run.',
    'Nothing has to be changed.',
  ),
  topic(
    'attempt',
    'a connection on which nothing was sent',
    'It was opened, or was refused, and no byte of a request was on it: a test whether the service can be reached.',
    'Nothing has to be changed.',
  ),
  topic(
    'credentials',
    'worst path: credentials of a role',
    'Behind …/security-credentials/NAME stand keys with which whoever reads them can do what the role may.',
    ASKED_OVER_V1,
  ),
  topic(
    'user-data',
    'worst path: user data',
    'What the instance was started with; scripts there often hold passwords.',
    ASKED_OVER_V1,
  ),
  topic(
    'identity',
    'worst path: the identity document',
    'Below dynamic/instance-identity: account, region and a signature that proves which instance asks.',
    ASKED_OVER_V1,
  ),
  topic('keys', 'worst path: public keys', 'Keys for SSH (public-keys, managed-ssh-keys).', ASKED_OVER_V1),
  topic(
    'metadata',
    'worst path: other metadata',
    'Names, addresses, tags and the like below meta-data or dynamic.',
    ASKED_OVER_V1,
  ),
  topic(
    'other',
    'worst path: another path',
    'None of the trees that are known: the root, a version, a path of another service.',
    ASKED_OVER_V1,
  ),
  topic(
    'token',
    'worst path: nothing but a session token',
    'Only /latest/api/token was asked for. It gives nothing away by itself.',
    'Nothing has to be changed.',
  ),
];

const NEXT_TIME = 'Capture again, with whole packets (tcpdump -s 0) of both directions, or by imds live.';

/** Why a call could not be read, as reports write it behind "why could not be read". */
export const REASONS: readonly Topic[] = [
  ['gap', 'segments of the request are missing from the capture'],
  ['payload cut by the snap length', 'the capture kept the first bytes of each packet only'],
  ['capture began in mid-stream', 'the request had begun before the capture'],
  ['request not captured', "only the endpoint's direction is in the capture"],
  ['not HTTP/1', 'the bytes that were sent are no request of HTTP/1'],
  ['request ended early', 'the connection, or the capture, ended within the head of the request'],
  ['no payload captured', 'the capture has the handshake, and nothing that was sent after it'],
  ['no packet captured', 'the kernel counted bytes on the socket, and the capture has no packet of it'],
].map(([id = '', title = '']) =>
  topic(
    id,
    title,
    'Something was sent to the metadata service that may have been by IMDSv1: it counts as UNKNOWN, and nothing is guessed.',
    id === 'not HTTP/1' ? 'See what the caller sends: the metadata service does not answer it.' : NEXT_TIME,
  ),
);

/** `NOT READY`, `not_ready` and `not-ready` are one, and so are `IMDSv1(!)` of the log and `v1`. */
export function topicId(word: string): string {
  const id = word
    .trim()
    .toLowerCase()
    .replace(/[\s_]+/g, '-');
  return IN_THE_LOG[id.replaceAll(/[(){}!]/g, '')] ?? id;
}

/** How lines of the log say what is a word of its own elsewhere. */
const IN_THE_LOG: Readonly<Record<string, string>> = {
  imdsv1: 'v1',
  imdsv2: 'v2',
  'missing-payload': 'unknown',
};
