import fc from 'fast-check';
import type { ImdsCall } from '../../src/model.ts';
import {
  chunked,
  curl,
  curlTokenPut,
  curlWithToken,
  response,
  TcpConversation,
  tokenResponse,
} from '../support/packets/index.ts';

/** A request with its answer, and what must be read from them. */
export interface Exchange {
  request: string;
  answer: string;
  expected: Summary;
}

/** The part of a call that does not depend on how its bytes were cut into segments. */
export interface Summary {
  version: string | undefined;
  method: string | undefined;
  target: string | undefined;
  status: number | undefined;
}

export function summaryOf({ version, method, target, status }: ImdsCall): Summary {
  return { version, method, target, status };
}

const target = fc
  .array(fc.constantFrom('meta-data', 'iam', 'user-data', 'a', 'b-c', '1.0'), { minLength: 1, maxLength: 4 })
  .map((parts) => `/latest/${parts.join('/')}`);
/** Bodies that look like messages are where a parser that loses its place shows. */
const body = fc.oneof(
  fc.stringMatching(/^[a-z0-9 \r\n:]{0,80}$/),
  fc.constantFrom(
    'HTTP/1.1 500 No\r\n\r\n',
    'GET / HTTP/1.1\r\n\r\n',
    curlWithToken('/in-a-body'),
    'x'.repeat(2000),
  ),
);
const status = fc.constantFrom(200, 401, 403, 404, 503);

const chunkedAnswer = fc
  .array(
    body.filter((text) => text !== ''),
    { maxLength: 3 },
  )
  .map((parts) => `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunked(...parts)}`);

const read = fc.record({ target, body, status, token: fc.boolean() }).map(
  ({ target, body, status, token }): Exchange => ({
    request: token ? curlWithToken(target) : curl(target),
    answer: response(status, body, { connection: 'keep-alive' }),
    expected: { version: token ? 'v2' : 'v1', method: 'GET', target, status },
  }),
);

const chunkedRead = fc.record({ target, answer: chunkedAnswer }).map(
  ({ target, answer }): Exchange => ({
    request: curl(target),
    answer,
    expected: { version: 'v1', method: 'GET', target, status: 200 },
  }),
);

const token = fc.constant<Exchange>({
  request: curlTokenPut(),
  answer: tokenResponse(21600, undefined, { connection: 'keep-alive' }),
  expected: { version: 'v2', method: 'PUT', target: '/latest/api/token', status: 200 },
});

const head = target.map(
  (path): Exchange => ({
    request: curlWithToken(path).replace('GET', 'HEAD'),
    answer: 'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n',
    expected: { version: 'v2', method: 'HEAD', target: path, status: 200 },
  }),
);

const post = fc.record({ target, body }).map(
  ({ target, body }): Exchange => ({
    request: curl(target, [['Content-Length', String(body.length)]], 'POST') + body,
    answer: response(405, '', { connection: 'keep-alive' }),
    expected: { version: 'v1', method: 'POST', target, status: 405 },
  }),
);

/** What one connection carries, request after request. */
export const exchanges = fc.array(fc.oneof(read, chunkedRead, token, head, post), {
  minLength: 1,
  maxLength: 4,
});

/** How its bytes are cut: largest segment, and positions (as fractions) at which a segment begins. */
export const cuts = fc.record({
  mss: fc.constantFrom(1, 7, 50, 536, 1460),
  splits: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 }),
});
export type Cuts = typeof cuts extends fc.Arbitrary<infer T> ? T : never;

/** A connection that carries the exchanges, cut as told, each request after the answer before it. */
export function conversationOf(list: readonly Exchange[], { mss, splits }: Cuts, index = 0): TcpConversation {
  const conversation = new TcpConversation({
    client: { address: '172.31.5.9', port: 40_000 + index },
    // Close to 2^32, so that long conversations wrap around.
    clientIsn: 0xffff_ff00 + index,
    serverIsn: 0xffff_f000 + index,
    startNs: 1_768_471_200_000_000_000n + BigInt(index) * 1_000_000_000n,
    stepNs: 1000n,
  }).handshake();
  for (const { request, answer } of list) {
    const at = (length: number) => splits.map((fraction) => Math.floor(fraction * length));
    conversation.send(request, { mss, split: at(request.length) });
    conversation.reply(answer, { mss, split: at(answer.length) });
  }
  return conversation.ack().fin();
}
