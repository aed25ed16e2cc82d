import assert from 'node:assert/strict';
import { blank, checkBlanked, type PacketLike, read } from '../../../support/blank.ts';
import {
  chunked,
  credentialsDocument,
  curl,
  curlWithToken,
  response,
  SECRET_ACCESS_KEY,
  SESSION_TOKEN,
  TcpConversation,
  TOKEN,
  tokenResponse,
} from '../../../support/packets/index.ts';

const SECRET = 'hunter2-Geheimnis';
const SECRETS = [SECRET, 'Geheim', TOKEN, TOKEN.slice(10, 22), SECRET_ACCESS_KEY, SESSION_TOKEN, 'Pa55wort'];

function raw(talk: TcpConversation): PacketLike[] {
  return talk.packets({ link: 'raw' }).map((packet) => ({ ...packet, linkType: 101 }));
}

function textOf(packets: readonly PacketLike[]): string {
  return packets.map(({ bytes }) => Buffer.from(bytes).toString('latin1', 40)).join('');
}

function assertNoSecret(packets: readonly PacketLike[]): void {
  // Each packet, and what they say together.
  const text = `${packets.map(({ bytes }) => Buffer.from(bytes).toString('latin1')).join('|')}|${textOf(packets)}`;
  for (const secret of SECRETS) assert.ok(!text.includes(secret), `${secret} is in what is saved`);
}

const REQUEST =
  `PUT http://us3r:Pa55wort@169.254.169.254/latest/api/token?key=${SECRET}&${SECRET}${SECRET} HTTP/1.1\r\n` +
  `Host: 169.254.169.254\r\nUser-Agent: curl/8.1 token=${SECRET} ${TOKEN}\r\nX-aws-ec2-metadata-token: ${TOKEN}\r\n` +
  `Authorization: Bearer ${SECRET}\r\nCookie: a\r\n ${SECRET}\r\n\t${SECRET}\r\n${SECRET}\r\n` +
  `Accept: ${SECRET}/x; password=${SECRET}\r\n` +
  `Transfer-Encoding: chunked\r\n\r\n11;x="${SECRET}"\r\n${SECRET}\r\n0;${SECRET}\r\nTrailer: ${SECRET}\r\n\r\n`;
const ANSWER =
  `HTTP/1.1 200 OK\r\nServer: EC2ws\r\nX-Secret: ${SECRET}\r\nContent-Type: text/plain; token=${SECRET}\r\n` +
  `Transfer-Encoding: chunked\r\n\r\n${chunked(SECRET, credentialsDocument())}`;

describe('capture/blank, secrets', function () {
  this.timeout(60_000);

  it('are blank, and everything that says what was asked is not', () => {
    const talk = new TcpConversation().handshake().exchange(REQUEST, ANSWER);
    talk.exchange(curlWithToken('/latest/meta-data/'), response(200, SECRET, { tokenTtl: 60 })).fin();
    const saved = checkBlanked(raw(talk));
    assertNoSecret(saved);
    const text = textOf(saved);
    for (const kept of [
      'PUT http://XXXXXXXXXXXXX@169.254.169.254/latest/api/token?key=XXXXXXXXXXXXXXXXX&X',
      'Host: 169.254.169.254\r\nUser-Agent: curl/8.1 token=XXXXXXXXXXXXXXXXX AQAEX',
      '\r\nX-aws-ec2-metadata-token: X',
      '\r\nTransfer-Encoding: chunked\r\n\r\n11;XX',
      'XX\r\n0;XXXXXXXXXXXXXXXXX\r\nTrailer:XXXXXXXXXXXXXXXXXX\r\n\r\n',
      'HTTP/1.1 200 OK\r\nServer: EC2ws\r\nX-Secret: XX',
      'Last-Modified: Thu, 15 Jan 2026 10:00:00 GMT\r\nContent-Length: 17\r\n',
      'X-Aws-Ec2-Metadata-Token-Ttl-Seconds: 60\r\n',
    ]) {
      assert.ok(text.includes(kept), `${kept}\nis not in\n${text}`);
    }
  });

  it('are blank at every split of a stream', () => {
    for (let at = 1; at < Math.max(REQUEST.length, ANSWER.length); at++) {
      const talk = new TcpConversation().handshake();
      talk
        .send(REQUEST, { split: [at] })
        .ack('server')
        .reply(ANSWER, { split: [at] })
        .ack()
        .fin();
      const saved = blank(raw(talk)).packets;
      assertNoSecret(saved);
      assert.equal(read(saved).calls.length, 1);
      if (at % 16 === 0) checkBlanked(raw(talk));
    }
  });

  it('are blank at every overlap, and in copies with other boundaries', () => {
    for (let at = 1; at + 40 < REQUEST.length; at += 3) {
      const talk = new TcpConversation().handshake();
      const start = talk.clientNext;
      talk.send(REQUEST, { split: [at] });
      for (const [from, to] of [
        [at - 1, at + 20],
        [at + 5, at + 40],
        [0, at + 1],
      ] as const) {
        const payload = Buffer.from(REQUEST.slice(from, to), 'latin1');
        talk.raw('client', ['ACK'], { sequence: start + from, payload });
      }
      talk.ack('server').reply(ANSWER).ack().fin();
      const packets = raw(talk);
      const saved = checkBlanked(packets);
      assertNoSecret(saved);
      assert.deepEqual(read(saved).losses, read(packets).losses);
    }
  });

  it('do not show in a copy that differs from the first', () => {
    const request = curlWithToken('/latest/meta-data/');
    const talk = new TcpConversation().handshake().send(request);
    talk.retransmit(-1, request.replace('/latest/meta-data/', SECRET.padEnd(18, '-')));
    talk.retransmit(-1, request.replace(TOKEN, SECRET.padEnd(TOKEN.length, '-')));
    talk.ack('server').reply(response(200, 'x')).ack().fin();
    const packets = raw(talk);
    const saved = checkBlanked(packets);
    assertNoSecret(saved);
    assert.equal(read(packets).losses['tcp.overlap_conflicts'], 2);
    // One of the two was in the token alone.
    assert.equal(read(saved).losses['tcp.overlap_conflicts'], 1);
  });

  it('are blank in what is no HTTP/1', () => {
    for (const bytes of [
      `\x16\x03\x01\x02\x00${SECRET}`,
      `SSH-2.0-${SECRET}\r\n`,
      `PRI * HTTP/2.0\r\n\r\n${SECRET}`,
      `${SECRET} /${SECRET} `,
      `get ${SECRET}\r\n${SECRET}\r\n`,
      `GET ${SECRET}\r\n${SECRET}\r\n`,
      `GET /x HTTP/1.1 ${SECRET}\r\n`,
      `GET /x HTTP/1.1\r\nUpgrade: h2c\r\n\r\n`,
      `\r\n\r\n${SECRET}`,
    ]) {
      const talk = new TcpConversation().handshake().exchange(bytes, `HTTP/1.1 101 S\r\n\r\n${SECRET}\n`);
      talk.send(`${SECRET}\n`).fin();
      assertNoSecret(checkBlanked(raw(talk)));
    }
  });

  it('are blank before, in and behind gaps', () => {
    const segments = Math.ceil(REQUEST.length / 50);
    for (let lost = 0; lost < segments; lost++) {
      const talk = new TcpConversation()
        .handshake()
        .send(REQUEST, { mss: 50 })
        .drop(3 + lost);
      talk.ack('server').reply(ANSWER, { mss: 50 });
      talk.exchange(curlWithToken('/latest/'), tokenResponse()).fin();
      assertNoSecret(checkBlanked(raw(talk)));
    }
  });

  it('are blank when the capture begins in mid-stream, or has one direction only', () => {
    const talk = new TcpConversation().handshake().send(REQUEST, { mss: 40 }).ack('server');
    talk.reply(ANSWER, { mss: 40 }).exchange(curlWithToken('/latest/'), tokenResponse()).fin();
    const packets = raw(talk);
    for (let from = 1; from < packets.length; from++) assertNoSecret(checkBlanked(packets.slice(from)));
    for (const source of [172, 169]) {
      assertNoSecret(checkBlanked(packets.filter(({ bytes }) => bytes[12] === source)));
    }
  });

  it('are blank in requests that are sent at once', () => {
    const talk = new TcpConversation().handshake();
    talk.send(REQUEST + curlWithToken(`/b?x=${SECRET}`) + REQUEST, { mss: 100 }).ack('server');
    talk.reply(ANSWER + tokenResponse(60, TOKEN, { connection: 'keep-alive' }) + ANSWER, { mss: 100 }).fin();
    const saved = checkBlanked(raw(talk));
    assertNoSecret(saved);
    assert.equal(read(saved).calls.length, 3);
  });

  it('are blank in packets of no endpoint and behind the datagram, whose headers are kept', () => {
    const other = new TcpConversation({ server: { address: '10.0.0.1', port: 80 } }).handshake().send(SECRET);
    const packets = raw(other).concat(raw(new TcpConversation().handshake().ack()));
    const last = packets.at(-1);
    assert.ok(last);
    packets.push({ ...last, bytes: Buffer.concat([last.bytes, Buffer.from(SECRET)]) });
    packets.push({ timeNs: last.timeNs, bytes: Buffer.from(SECRET), linkType: 147 });
    packets.push({ timeNs: last.timeNs, bytes: Buffer.from(`E${SECRET}`), linkType: 101 });
    const saved = blank(packets).packets;
    assert.equal(saved.length, packets.length);
    assertNoSecret(saved);
    assert.deepEqual(saved[0]?.bytes, Buffer.from(packets[0]?.bytes ?? []));
  });

  it('tell two clients that share an ISN apart by what they hide', () => {
    const one = new TcpConversation().handshake().send(curlWithToken('/a'), { split: [20] });
    const two = new TcpConversation({ startNs: one.now }).handshake();
    two.send(curlWithToken('/a', 'b'.repeat(TOKEN.length)), { split: [20] });
    const behind = { address: '172.31.5.77', port: 40_000 };
    const packets = [...raw(one), ...two.packets({ link: 'raw', client: behind })].map((packet) => ({
      ...packet,
      linkType: 101,
    }));
    assert.equal(read(packets).calls.length, 2);
    checkBlanked(packets);
  });

  it('leave the user agent as it is shown', () => {
    for (const agent of [
      'aws-sdk-go-v2/1.36.1 ua/2.1 os/linux lang/go#1.24.2 md/goos#linux',
      `Boto3/1.43 token:${SECRET} x`,
      `x ${TOKEN}; AKIAIOSFODNN7EXAMPLE`,
      `a eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc b`,
      `https://me:${SECRET}@example.org/x?y=${SECRET}`,
      `*****, token=${SECRET}, *****`,
    ]) {
      const head = curl('/').replace('curl/7.88.1', agent);
      const saved = checkBlanked(
        raw(new TcpConversation().handshake().exchange(head, response(200, '')).fin()),
      );
      assertNoSecret(saved);
    }
  });
});
