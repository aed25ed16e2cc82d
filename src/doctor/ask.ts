import { request } from 'node:http';
import { performance } from 'node:perf_hooks';
import type { Endpoint } from '../model.ts';

export interface Question {
  method: 'GET' | 'PUT';
  path: string;
  headers: Readonly<Record<string, string>>;
}

export interface Answer {
  /** Undefined where none came. */
  status: number | undefined;
  /** At most {@link MAX_BODY} characters. Never shown. */
  body: string;
  /** Why none came: `refused`. */
  failure: string | undefined;
  /** Until the head of the answer. */
  milliseconds: number;
}

const LIMIT_MS = 2000;
const MAX_BODY = 4096;

const FAILURES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection is refused',
  ENETUNREACH: 'no route',
  EHOSTUNREACH: 'no route',
  EADDRNOTAVAIL: 'no address to ask from',
  ECONNRESET: 'the connection was reset',
  ABORT_ERR: `no answer within ${LIMIT_MS / 1000} s`,
};

/** One request on a connection of its own, past any proxy; it and its answer take two seconds at most. */
export function ask({ address, port }: Endpoint, { method, path, headers }: Question): Promise<Answer> {
  const began = performance.now();
  const elapsed = () => Math.round(performance.now() - began);
  return new Promise((resolve) => {
    const fail = (error: NodeJS.ErrnoException) => {
      const failure = FAILURES[error.code ?? ''] ?? error.code ?? 'no HTTP';
      resolve({ status: undefined, body: '', failure, milliseconds: elapsed() });
    };
    const signal = AbortSignal.timeout(LIMIT_MS);
    const options = { host: address, port, method, path, headers, agent: false, signal } as const;
    const asking = request(options, (response) => {
      const milliseconds = elapsed();
      let body = '';
      const done = () => {
        resolve({ status: response.statusCode, body, failure: undefined, milliseconds });
        asking.destroy();
      };
      response.setEncoding('latin1');
      response.on('data', (text: string) => {
        body = (body + text).slice(0, MAX_BODY);
        if (body.length === MAX_BODY) done();
      });
      response.on('end', done);
      response.on('error', fail);
    });
    asking.on('error', fail);
    asking.end();
  });
}
