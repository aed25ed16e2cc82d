/** An answer of the service, before it is put on the wire. */
export interface Answer {
  status: number;
  body: string;
  contentType: string;
  headers: readonly (readonly [name: string, value: string])[];
}

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Not Allowed',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

export function text(body: string, headers: Answer['headers'] = []): Answer {
  return { status: 200, body, contentType: 'text/plain', headers };
}

/** The small XHTML page that the service sends with an error. */
export function errorPage(status: number): Answer {
  const title = `${status} - ${REASONS[status] ?? 'Error'}`;
  const body = [
    '<?xml version="1.0" encoding="iso-8859-1"?>',
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"',
    '\t"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">',
    '<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">',
    ' <head>',
    `  <title>${title}</title>`,
    ' </head>',
    ' <body>',
    `  <h1>${title}</h1>`,
    ' </body>',
    '</html>',
    '',
  ].join('\n');
  return { status, body, contentType: 'text/html', headers: [] };
}

/** What a method that a path does not take is answered with. */
export function notAllowed(allow: string): Answer {
  return { status: 405, body: '', contentType: 'text/plain', headers: [['Allow', allow]] };
}

export interface WireOptions {
  httpVersion: '1.0' | '1.1';
  connection: 'close' | 'keep-alive';
  /** HEAD: the length of the body, but no body. */
  withoutBody: boolean;
  now: number;
}

/** The answer as bytes of latin1. */
export function toWire(answer: Answer, options: WireOptions): string {
  const date = new Date(options.now).toUTCString();
  const lines = [
    `HTTP/${options.httpVersion} ${answer.status} ${REASONS[answer.status] ?? 'Error'}`,
    ...answer.headers.map(([name, value]) => `${name}: ${value}`),
    `Content-Type: ${answer.contentType}`,
    'Accept-Ranges: none',
    `Last-Modified: ${date}`,
    `Content-Length: ${Buffer.byteLength(answer.body, 'latin1')}`,
    `Date: ${date}`,
    'Server: EC2ws',
    `Connection: ${options.connection}`,
  ];
  return `${lines.join('\r\n')}\r\n\r\n${options.withoutBody ? '' : answer.body}`;
}
