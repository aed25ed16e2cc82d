import assert from 'node:assert/strict';
import { lossesIn } from '../../../../src/report/completeness.ts';
import { curl, TcpConversation } from '../../../support/packets/index.ts';
import { assembled, lineOf } from '../assembled.ts';
import { exchanged, KEPT, LAST, LAST_LINE } from './talk.ts';

const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
const HEAD = 'PUT /a HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 60\r\n\r\n';
const BODY = 'GET /bait HTTP/1.1\r\n\r\n'.padEnd(60, 'x');
const REFUSED = 'HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n';
const KEPT_404 = KEPT.replace('200 OK', '404 Not Found');

describe('capture/http, interim responses', () => {
  it('pairs the final answer, and tells its time', () => {
    const talk = new TcpConversation().handshake().send(HEAD).ack('server').reply(CONTINUE).ack();
    talk.send(BODY).wait(1_000_000_000n);
    const answered = talk.now;
    const { calls } = assembled(talk.reply(KEPT).ack().exchange(LAST, KEPT).fin().packets());
    assert.deepEqual(calls.map(lineOf), ['v1 PUT /a 200', LAST_LINE]);
    assert.equal(calls[0]?.responseTime, answered);
  });

  for (const [name, answer] of [
    ['100 and the final one at once', CONTINUE + KEPT],
    ['several interim ones', `${CONTINUE}HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${CONTINUE}${KEPT}`],
    ['102', `HTTP/1.1 102 Processing\r\nContent-Length: 5\r\n\r\n${KEPT}`],
  ] as const) {
    it(`are no answer to anything: ${name}`, () => {
      const { calls } = exchanged([
        [HEAD + BODY, answer],
        [LAST, KEPT],
      ]);
      assert.deepEqual(calls.map(lineOf), ['v1 PUT /a 200', LAST_LINE]);
    });
  }

  it('leave a body that was declined unsent: the next request is read', () => {
    const { calls } = exchanged([
      [HEAD, REFUSED],
      [LAST, KEPT],
    ]);
    assert.deepEqual(calls.map(lineOf), ['v1 PUT /a 417', LAST_LINE]);
  });

  it('do not matter to a client that sends its declined body all the same', () => {
    const talk = new TcpConversation().handshake().send(HEAD).ack('server').reply(REFUSED).ack();
    talk
      .send(`x${BODY.slice(1)}`)
      .ack('server')
      .exchange(LAST, KEPT)
      .fin();
    const { calls } = assembled(talk.packets());
    assert.deepEqual(calls.map(lineOf), ['v1 PUT /a 417', LAST_LINE]);
  });

  it('do not matter to a client that did not wait', () => {
    const { calls } = exchanged([
      [HEAD + BODY, REFUSED],
      [LAST, KEPT],
    ]);
    assert.deepEqual(calls.map(lineOf), ['v1 PUT /a 417', LAST_LINE]);
  });

  for (const expect of ['Expect:100-Continue', 'EXPECT: 100-continue ']) {
    it(`are asked for in any case: ${expect}`, () => {
      const { calls } = exchanged([
        [HEAD.replace('Expect: 100-continue', expect), REFUSED],
        [LAST, KEPT],
      ]);
      assert.deepEqual(calls.map(lineOf), ['v1 PUT /a 417', LAST_LINE]);
    });
  }

  it('are told apart from an answer that comes before the body, which goes on', () => {
    const request = 'PUT /a HTTP/1.1\r\nContent-Length: 60\r\n\r\n';
    const talk = new TcpConversation().handshake().send(request).ack('server').reply(KEPT_404).ack();
    talk.send(BODY).ack('server').exchange(LAST, KEPT).fin();
    assert.deepEqual(assembled(talk.packets()).calls.map(lineOf), ['v1 PUT /a 404', LAST_LINE]);
  });
});

describe('capture/http, answers', () => {
  it('that come before the head of their request is whole belong to it', () => {
    const talk = new TcpConversation().handshake().send('GET /a HTTP/1.1\r\nX: ').ack('server');
    talk.reply(KEPT_404).ack().send('y\r\n\r\n').ack('server').exchange(LAST, KEPT).fin();
    assert.deepEqual(assembled(talk.packets()).calls.map(lineOf), ['v1 GET /a 404', LAST_LINE]);
  });

  it('that nobody asked for are counted, and no calls', () => {
    const talk = new TcpConversation().handshake().reply('HTTP/1.1 408 Timeout\r\nContent-Length: 0\r\n\r\n');
    const { calls, losses } = assembled(talk.fin().packets());
    assert.deepEqual([calls, losses], [[], { 'http.unsolicited_responses': 1 }]);
  });

  it('with success that nobody asked for take the proof: the server read a request that was not read here', () => {
    const hidden =
      'GET /latest/api/x HTTP/1.1\r\nContent-Length: 2000\r\n\r\nGET /latest/meta-data/ HTTP/1.1\r\n\r\n';
    const talk = new TcpConversation().handshake().send(hidden).ack('server').reply(KEPT_404).ack();
    const { calls, losses } = assembled(
      talk.reply('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n').fin().packets(),
    );
    assert.equal(calls.length, 1);
    assert.deepEqual(losses, { 'http.unsolicited_successes': 1 });
    assert.deepEqual(lossesIn(losses), ['http.unsolicited_successes']);
    assert.deepEqual(lossesIn({ 'http.unsolicited_responses': 1 }), []);
  });

  it('that are no HTTP leave the request as it is', () => {
    for (const answer of ['SSH-2.0-x\r\n', '\0\x01\x02', 'HTTP/2.0 200 OK\r\n\r\n', 'HTTP/1.1 20\r\n\r\n']) {
      const { calls } = exchanged([[curl('/a'), answer]]);
      assert.deepEqual(
        calls.map(({ version, status }) => [version, status]),
        [['v1', undefined]],
        JSON.stringify(answer),
      );
    }
  });

  it('tell their status where the head was cut', () => {
    const talk = new TcpConversation().handshake().send(curl('/a')).reply('HTTP/1.1 401 Unauth\r\nContent-');
    assert.deepEqual(assembled(talk.rst().packets()).calls.map(lineOf), ['v1 GET /a 401']);
  });

  it('prove a token valid by its lifetime, in any case, and in no other way', () => {
    const proof = (fields: string, status = 200) => {
      const answer = `HTTP/1.1 ${status} X\r\n${fields}Content-Length: 0\r\n\r\n`;
      const talk = new TcpConversation().handshake().send(curl('/a'), { mss: 20 }).drop(4).ack('server');
      return assembled(talk.reply(answer).fin().packets()).calls[0]?.hint;
    };
    assert.equal(proof('x-aws-ec2-metadata-token-ttl-seconds: 5\r\n'), 'response-proves-v2');
    assert.equal(proof('X-AWS-EC2-METADATA-TOKEN-TTL-SECONDS:\r\n'), 'response-proves-v2');
    assert.equal(proof('X-Aws-Ec2-Metadata-Token: 5\r\n'), undefined);
    assert.equal(proof('X: x-aws-ec2-metadata-token-ttl-seconds: 5\r\n'), undefined);
  });
});

describe('capture/http, upgrades', () => {
  const UPGRADE =
    'GET /a HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: A\r\n\r\n';

  it('that the service ignores are requests like others', () => {
    const { calls } = exchanged([
      [UPGRADE, KEPT],
      [LAST, KEPT],
    ]);
    assert.deepEqual(calls.map(lineOf), ['v1 GET /a 200', LAST_LINE]);
  });

  it('that are made end the reading: what follows is another protocol', () => {
    const { calls, losses } = exchanged([
      [UPGRADE, 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n\0\0\x12\x04'],
      ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nGET /bait HTTP/1.1\r\n\r\n', 'HTTP/1.1 500 No\r\n\r\n'],
    ]);
    assert.deepEqual([calls.map(lineOf), losses], [['v1 GET /a 101'], {}]);
  });
});
