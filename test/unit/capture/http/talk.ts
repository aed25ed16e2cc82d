import { response, TcpConversation } from '../../../support/packets/index.ts';
import { type Assembled, assembled, lineOf } from '../assembled.ts';

export const KEPT = response(200, 'ok', { connection: 'keep-alive' });
/** What is read of {@link LAST} when the parser has not lost its place. */
export const LAST = 'GET /last HTTP/1.1\r\nX-aws-ec2-metadata-token: T\r\n\r\n';
export const LAST_LINE = 'v2 GET /last 200';

/** A connection on which the requests are sent and answered in turn. */
export function exchanged(exchanges: readonly (readonly [request: string, answer: string])[]): Assembled {
  const talk = new TcpConversation({ stepNs: 1000n }).handshake();
  for (const [request, answer] of exchanges) talk.send(request).ack('server').reply(answer).ack();
  return assembled(talk.fin().packets());
}

/**
 * Lines of the calls of a connection on which these bytes are sent, answered, and followed by a last
 * exchange. Whole and a byte at a time (long ones: in small
 * pieces), which must be the same.
 */
export function linesOfBytes(request: string, answer = KEPT): string[] {
  const lines = once(request, answer, {});
  const bytewise = once(request, answer, { mss: request.length + answer.length > 5000 ? 211 : 1 });
  if (bytewise.join('\n') !== lines.join('\n')) return ['byte by byte', ...bytewise, 'whole', ...lines];
  return lines;
}

function once(request: string, answer: string, options: { mss?: number }): string[] {
  const talk = new TcpConversation({ stepNs: 1000n }).handshake();
  talk.send(request, options).ack('server').reply(answer, options).ack();
  talk.send(LAST).ack('server').reply(KEPT).ack();
  return assembled(talk.fin().packets()).calls.map(lineOf);
}
