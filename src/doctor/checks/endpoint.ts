import type { Endpoint } from '../../model.ts';
import { type Answer, ask } from '../ask.ts';
import type { Examiner } from '../context.ts';
import type { Finding } from '../types.ts';

const TOKEN_PATH = '/latest/api/token';
/** A list of names that every instance has, and no secret. */
const READ_PATH = '/latest/meta-data/';
const TTL = 'x-aws-ec2-metadata-token-ttl-seconds';
const TOKEN = 'x-aws-ec2-metadata-token';
/** AWS's are 56 characters. What is no header value is not sent. */
const TOKEN_SHAPE = /^[\x21-\x7e]{1,1024}$/;

/** The one check that makes traffic, and only when it is asked for. */
export const endpoint: Examiner = {
  id: 'endpoint',
  title: 'Endpoint',
  limit: 10_000,
  async examine({ options }) {
    if (!options.asksEndpoint) {
      const text = 'not asked; --probe-endpoint sends a PUT for a token, a GET with it, and one without';
      return { status: 'unknown', text };
    }
    const agent = `imds-doctor/${options.version}`;
    const found = await Promise.all(options.endpoints.map((each) => examineEndpoint(each, agent)));
    const text = found.map(({ text: each }) => each).join('; ');
    if (found.some(({ status }) => status === 'ok')) {
      const isV1 = found.some(({ answersV1 }) => answersV1);
      return { status: isV1 ? 'warn' : 'ok', text, remedy: isV1 ? V1_REMEDY : undefined };
    }
    return {
      status: 'fail',
      text,
      remedy: 'Look at the metadata options of the instance, its routes and firewall.',
    };
  },
};

const V1_REMEDY = 'HttpTokens=required turns IMDSv1 off; imds live tells when that is safe.';

interface Asked extends Finding {
  answersV1: boolean;
}

async function examineEndpoint(where: Endpoint, agent: string): Promise<Asked> {
  const name = where.family === 6 ? `[${where.address}]:${where.port}` : `${where.address}:${where.port}`;
  const put = await ask(where, {
    method: 'PUT',
    path: TOKEN_PATH,
    headers: { [TTL]: '60', 'user-agent': agent },
  });
  const token = put.status === 200 && TOKEN_SHAPE.test(put.body) ? put.body : undefined;
  const v2 =
    token === undefined
      ? undefined
      : await ask(where, {
          method: 'GET',
          path: READ_PATH,
          headers: { [TOKEN]: token, 'user-agent': agent },
        });
  // Nobody there: a second question would only wait as long again.
  const isDead = put.status === undefined;
  const v1 = isDead
    ? undefined
    : await ask(where, { method: 'GET', path: READ_PATH, headers: { 'user-agent': agent } });
  const answersV1 = v1?.status === 200;
  const parts = [
    `token ${answerText(put)}`,
    ...(v2 === undefined ? [] : [`GET with it ${answerText(v2)}`]),
    ...(v1 === undefined ? [] : [answersV1 ? 'IMDSv1 is answered too' : `IMDSv1 is not (${answerText(v1)})`]),
  ];
  const text = isDead ? `${name} does not answer (${put.failure})` : `${name}: ${parts.join(', ')}`;
  return { status: v2?.status === 200 ? 'ok' : 'fail', text, answersV1 };
}

function answerText({ status, failure, milliseconds }: Answer): string {
  return status === undefined ? String(failure) : `${status} in ${milliseconds} ms`;
}
