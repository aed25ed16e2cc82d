import {
  credentialsDocument,
  request,
  response,
  TcpConversation,
  type TestPacket,
  tokenResponse,
} from '../../test/support/packets/index.ts';
import type { Random } from '../random.ts';

const USER_AGENTS = [
  'curl/7.88.1',
  'Botocore/1.43.11 Python/3.11.7 Linux/6.1.0-18-amd64',
  'aws-sdk-go/1.44.133 (go1.19.8; linux; amd64)',
  'aws-sdk-go-v2/1.36.1 ua/2.1 os/linux lang/go#1.24.2 md/goos#linux md/goarch#amd64 ft/ec2-imds',
  'Boto3/1.26.27 Python/3.11.2 Linux/6.1.0-18-amd64 Botocore/1.29.27',
  'aws-cli/2.15.30 Python/3.11.8 Linux/6.1.0 exe/x86_64.debian.12',
];

const READS: readonly (readonly [target: string, body: string])[] = [
  ['/latest/meta-data/instance-id', 'i-0a1b2c3d4e5f67890'],
  ['/latest/meta-data/placement/availability-zone', 'eu-central-1a'],
  ['/latest/meta-data/iam/security-credentials/', 'app-role'],
  ['/latest/meta-data/iam/security-credentials/app-role', credentialsDocument()],
  ['/latest/meta-data/local-ipv4', '172.31.5.9'],
  ['/latest/meta-data/network/interfaces/macs/', '02:00:c0:a8:00:02/'],
  ['/latest/dynamic/instance-identity/document', `{\n${'  "field" : "value of it",\n'.repeat(16)}}`],
  ['/latest/meta-data/spot/instance-action', '<html><h1>404 - Not Found</h1></html>'],
];

export interface ConnectionPlan {
  client: string;
  port: number;
  startNs: bigint;
  calls: number;
}

/** A connection with a token call and reads, three in ten without the token; keep-alive in between. */
export function connection(random: Random, plan: ConnectionPlan): TestPacket[] {
  const conversation = new TcpConversation({
    client: { address: plan.client, port: plan.port },
    clientIsn: random.bits(),
    serverIsn: random.bits(),
    startNs: plan.startNs,
    stepNs: BigInt(random.between(500_000, 5_000_000)),
  }).handshake();
  const userAgent = ['User-Agent', random.pick(USER_AGENTS)] as const;
  const token = randomToken(random);
  const hasToken = random.chance(0.7);
  for (let i = 0; i < plan.calls; i++) {
    const last = i === plan.calls - 1;
    const connectionHeader = last ? 'close' : 'keep-alive';
    if (i === 0 && plan.calls > 1) {
      conversation.send(
        request('/latest/api/token', {
          method: 'PUT',
          headers: [
            userAgent,
            ['Accept', '*/*'],
            ['X-aws-ec2-metadata-token-ttl-seconds', '21600'],
            ['Content-Length', '0'],
          ],
        }),
      );
      answer(random, conversation, tokenResponse(21600, token, { connection: connectionHeader }));
      continue;
    }
    const [target, body] = random.pick(READS);
    const tokenHeader = hasToken ? ([['X-aws-ec2-metadata-token', token]] as const) : [];
    conversation.send(request(target, { headers: [userAgent, ['Accept', '*/*'], ...tokenHeader] }));
    const status = body.startsWith('<html>') ? 404 : 200;
    answer(
      random,
      conversation,
      response(status, body, { connection: connectionHeader, tokenTtl: hasToken ? 21600 : undefined }),
    );
  }
  return conversation.fin().packets();
}

/** Acknowledgements stand alone where the delayed-ACK timer fires before there is data to send. */
function answer(random: Random, conversation: TcpConversation, message: string): void {
  if (random.chance(0.25)) conversation.ack('server');
  conversation.reply(message);
  if (random.chance(0.5)) conversation.ack();
}

function randomToken(random: Random): string {
  const bytes = Buffer.alloc(40);
  for (let at = 0; at < bytes.length; at += 4) bytes.writeUInt32LE(random.bits(), at);
  return `${bytes.toString('base64')}`;
}
