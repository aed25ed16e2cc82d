import fc from 'fast-check';
import { chunked, TOKEN } from '../support/packets/index.ts';
import type { Exchange } from './exchanges.ts';

const SECRET = 'hunter2-Geheimnis';
const USERINFO = 'us3r:Pa55wort';
/** None of them may be in what is saved. Pieces of them neither; they are cut in the middle. */
export const SECRETS: readonly string[] = [SECRET, 'Geheim', TOKEN, TOKEN.slice(4, 14), 'Pa55wort'];

const EXPECTED = { version: undefined, method: undefined, target: undefined, status: undefined };

const targets = fc.constantFrom(
  '/latest/meta-data/',
  `/latest/user-data?key=${SECRET}`,
  `/a?b=1&${SECRET}=${SECRET}&c=${TOKEN} x`.replace(`${SECRET}=`, 'd='),
  `http://${USERINFO}@169.254.169.254/latest/`,
  `/x?${SECRET}${SECRET}`,
  `/token=${SECRET}`,
);
const names = fc.constantFrom(
  ['X-aws-ec2-metadata-token', TOKEN],
  ['Authorization', `Bearer ${SECRET}`],
  ['Cookie', SECRET],
  ['User-Agent', `curl/8 token=${SECRET} x`],
  ['User-Agent', `app/1 ${TOKEN}`],
  ['X-Forwarded-For', `1.2.3.4, password=${SECRET}`],
  ['Host', `169.254.169.254 ${SECRET}`],
  ['Accept', `*/*;q="${SECRET}"`],
  ['Accept-Encoding', `gzip, ${SECRET}`],
  ['Connection', `close, ${SECRET}`],
  ['Transfer-Encoding', `${SECRET}`],
  ['Content-Type', `text/plain; token=${SECRET}`],
  ['Upgrade', SECRET],
  ['Metadata', SECRET],
  ['Metadata-Flavor', SECRET],
  ['X-aws-ec2-metadata-token-ttl-seconds', SECRET],
  ['Server', `EC2ws token=${SECRET}`],
  ['Date', SECRET],
  ['Unknown', `a\r\n ${SECRET}\r\n\t${SECRET}`],
  ['User-Agent', `curl/8 token=\r\n ${SECRET}`],
  ['no colon', SECRET],
);
const headers = fc
  .array(names, { maxLength: 4 })
  .map((list) =>
    list.map(([name, value]) => (name === 'no colon' ? `${value}\r\n` : `${name}: ${value}\r\n`)).join(''),
  );
const bodies = fc.constantFrom(
  '',
  SECRET,
  `${SECRET}\r\n\r\nGET / HTTP/1.1\r\n${SECRET}\r\n`,
  `${SECRET}\n`.repeat(40),
);
const framed = fc
  .tuple(headers, bodies, fc.constantFrom('length', 'chunked', 'extensions'))
  .map(([head, body, how]) => {
    if (how === 'length' || body === '') return `${head}Content-Length: ${body.length}\r\n\r\n${body}`;
    const size = body.length.toString(16);
    return how === 'chunked'
      ? `${head}Transfer-Encoding: chunked\r\n\r\n${chunked(body)}`
      : `${head}Transfer-Encoding: chunked\r\n\r\n${size};x="${SECRET}"\r\n${body}\r\n0 ;${SECRET}\r\nTrailer: ${SECRET}\r\n${SECRET}\r\n\r\n`;
  });
const requests = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(fc.constantFrom('GET', 'PUT', 'POST'), targets, framed)
      .map(([method, target, rest]) => `${method} ${target} HTTP/1.1\r\n${rest}`),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      `${SECRET} ${SECRET}\r\n`,
      `\x16\x03\x01 ${SECRET}`,
      `SSH-2.0-${SECRET}\n`,
      `GET ${SECRET} ${SECRET}\n`,
      `\r\n\r\n`,
    ),
  },
);
const answers = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(fc.constantFrom(200, 401, 304, 100), framed)
      .map(([status, rest]) => `HTTP/1.1 ${status} OK\r\n${rest}`),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      `HTTP/1.1 200 ${SECRET}1\r\n\r\n${SECRET}`,
      `HTTP/1.1 101 S\r\n\r\n${SECRET}\n`,
      `${SECRET}\n${SECRET}`,
    ),
  },
);

/** Exchanges with secrets wherever one can stand. */
export const secretExchanges = fc.array(
  fc.tuple(requests, answers).map(([request, answer]): Exchange => ({ request, answer, expected: EXPECTED })),
  { minLength: 1, maxLength: 3 },
);

/**
 * The same exchange with other secrets of the same lengths and kinds. Whether a word where a target belongs
 * begins with an h is kept: it decides whether reading goes on there.
 */
export function withOtherSecrets({ request, answer, expected }: Exchange): Exchange {
  const other = (text: string) =>
    text
      .replaceAll(SECRET, 'horse-Correct-bat')
      .replaceAll('Pa55wort', 'Tr0ub4do')
      .replaceAll(TOKEN, `AQAE${'q'.repeat(TOKEN.length - 6)}==`);
  return { request: other(request), answer: other(answer), expected };
}
