import {
  chunked,
  curl,
  curlTokenPut,
  curlWithToken,
  errorResponse,
  linkTypeOf,
  request,
  response,
  TcpConversation,
  type TestPacket,
  tokenResponse,
} from '../../support/packets/index.ts';
import { type Assembled, assemble, featuresOf, lineOf } from '../assemble.ts';
import type { Random } from '../random.ts';
import { hold, type Target } from '../target.ts';

/** Between the client's bytes and the endpoint's; nothing that HTTP has a use for. */
export const SEPARATOR = Buffer.from('\xff\0\xff\0', 'latin1');

/** A segment may hold one byte. */
const MAX_BYTES = 4096;

/**
 * Input: the bytes of both directions. However they are cut into segments, also with segments twice or in
 * another order, the calls are the same, as far as they could be read.
 */
export const streams: Target = {
  name: 'streams',
  seeds: streamSeeds,
  run: async (input, random) => {
    const bytes = Buffer.from(input.subarray(0, MAX_BYTES));
    const at = bytes.indexOf(SEPARATOR);
    const client = at < 0 ? bytes : bytes.subarray(0, at);
    const server = at < 0 ? bytes.subarray(0, 0) : bytes.subarray(at + SEPARATOR.length);
    const whole = assemble(fed(conversation(client, server, () => 1460)));
    const most = random.pick([2, 8, 40, 300]);
    const cut = conversation(client, server, () => 1 + random.below(most));
    same(whole, assemble(fed(cut)), 'cut');
    same(whole, assemble(fed(disturbed(cut, random))), 'cut, in another order, some twice');
    return featuresOf(whole);
  },
};

/** What clients and the endpoint say, and what they hardly do. */
export function streamSeeds(): readonly Uint8Array[] {
  return [
    pair(curl('/latest/meta-data/'), response(200, 'ami-id')),
    pair(
      curlTokenPut() + curlWithToken('/latest/user-data') + curl('/latest/meta-data/mac', [], 'HEAD'),
      tokenResponse(60, 'T', { connection: 'keep-alive' }) + errorResponse(401) + response(204, ''),
    ),
    pair(
      `${request('/latest/api/token', { method: 'PUT', headers: [['Transfer-Encoding', 'chunked']], body: chunked('abc', 'de') })}GET / HTTP/1.0\n\n`,
      `HTTP/1.1 100 Continue\r\n\r\n${request('/', {}).replace(/^.*\r\n/, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n')}${chunked('x', 'yz')}HTTP/1.0 200 OK\n\nuntil close`,
    ),
    pair(
      'POST http://169.254.169.254/latest/api/token HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 5\r\nX-Forwarded-For: 1.2.3.4,\r\n 5.6.7.8\r\n\r\nhello',
      'HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\nHTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n',
    ),
    pair(
      curl('/a', [
        ['X-aws-ec2-metadata-token', '<?xml version="1.0"?>\n<!DOCTYPE html>\n\t"http://x"\n</html>'],
      ]),
      errorResponse(400),
    ),
    pair(
      'GET /x HTTP/1.1\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\nPRI * HTTP/2.0',
      'HTTP/1.1 101 S\r\n\r\n\0\0\0',
    ),
  ];
}

function pair(client: string, server: string): Buffer {
  return Buffer.concat([Buffer.from(client, 'latin1'), SEPARATOR, Buffer.from(server, 'latin1')]);
}

/** After what cannot be read, the next message is looked for where a segment begins: that depends on the cuts. */
function isLost({ losses }: Assembled): boolean {
  return losses.some((name) => name.startsWith('http.unread_'));
}

function same(one: Assembled, other: Assembled, how: string): void {
  if (isLost(one) || isLost(other)) return;
  const [a, b] = [one, other].map(({ calls }) => calls.map(lineOf).join('\n'));
  hold(a === b, `${how}:\n${b}\nwhole:\n${a}\n`);
}

interface Talk {
  before: TestPacket[];
  client: TestPacket[];
  server: TestPacket[];
  after: TestPacket[];
}

/** Everything the client says, then everything the endpoint says. */
function conversation(client: Uint8Array, server: Uint8Array, length: () => number): Talk {
  const talk = new TcpConversation().handshake();
  const marks = [talk.segments.length];
  for (const piece of pieces(client, length)) talk.send(piece);
  marks.push(talk.segments.length);
  talk.ack('server');
  for (const piece of pieces(server, length)) talk.reply(piece);
  marks.push(talk.segments.length);
  const all = talk.ack().fin().packets({ link: 'raw' });
  return {
    before: all.slice(0, marks[0]),
    client: all.slice(marks[0], marks[1]),
    server: all.slice(marks[1], marks[2]),
    after: all.slice(marks[2]),
  };
}

function* pieces(bytes: Uint8Array, length: () => number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + length());
    yield bytes.subarray(at, end);
    at = end;
  }
}

function disturbed(talk: Talk, random: Random): Talk {
  return { ...talk, client: shuffled(talk.client, random), server: shuffled(talk.server, random) };
}

/** Neighbours change places, some come twice. */
function shuffled(list: readonly TestPacket[], random: Random): TestPacket[] {
  const result = list.flatMap((packet) => (random.oneIn(6) ? [packet, packet] : [packet]));
  for (let i = 1; i < result.length; i++) {
    const [a, b] = [result[i - 1], result[i]];
    if (a !== undefined && b !== undefined && random.oneIn(3)) [result[i - 1], result[i]] = [b, a];
  }
  return result;
}

function* fed({ before, client, server, after }: Talk) {
  for (const { bytes } of [...before, ...client, ...server, ...after]) {
    yield { bytes, linkType: linkTypeOf('raw'), waitNs: 1000 };
  }
}
