/**
 * HTTP messages between real clients and the metadata service, byte for byte in their manner: header
 * order and case differ by client, the service answers as `Server: EC2ws`.
 */

/** A token as the service hands out; it is a secret in every test that looks for leaks. */
export const TOKEN = 'AQAEAHJ5c2VjcmV0dG9rZW5mb3J0ZXN0c29ubHlub3RyZWFsMDEyMzQ1Njc4OQ==';
export const SECRET_ACCESS_KEY = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
export const ACCESS_KEY_ID = 'ASIAIOSFODNN7EXAMPLE';
export const SESSION_TOKEN = 'IQoJb3JpZ2luX2VjEXAMPLESESSIONTOKENFORTESTSONLY==';

const SERVER_DATE = 'Thu, 15 Jan 2026 10:00:00 GMT';

export interface RequestOptions {
  method?: string;
  /** In the order in which they are sent, after Host. */
  headers?: readonly (readonly [name: string, value: string])[];
  host?: string | undefined;
  version?: '1.0' | '1.1';
  body?: string;
}

export function request(target: string, options: RequestOptions = {}): string {
  const { method = 'GET', headers = [], host = '169.254.169.254', version = '1.1', body = '' } = options;
  const hostLine = 'host' in options && options.host === undefined ? '' : `Host: ${host}\r\n`;
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return `${method} ${target} HTTP/${version}\r\n${hostLine}${lines}\r\n${body}`;
}

/** curl's request: User-Agent and Accept after Host, then the headers of -H. */
export function curl(
  target: string,
  headers: readonly (readonly [string, string])[] = [],
  method = 'GET',
): string {
  return request(target, { method, headers: [['User-Agent', 'curl/7.88.1'], ['Accept', '*/*'], ...headers] });
}

export function curlTokenPut(ttl = 21600): string {
  return curl('/latest/api/token', [['X-aws-ec2-metadata-token-ttl-seconds', String(ttl)]], 'PUT');
}

/** A read by IMDSv2 with curl. */
export function curlWithToken(target: string, token = TOKEN): string {
  return curl(target, [['X-aws-ec2-metadata-token', token]]);
}

export interface ResponseOptions {
  reason?: string;
  contentType?: string;
  /** Seconds; the echo that proves IMDSv2. */
  tokenTtl?: number | undefined;
  version?: '1.0' | '1.1';
  connection?: 'close' | 'keep-alive';
  headers?: readonly (readonly [name: string, value: string])[];
}

const REASONS: Record<number, string> = {
  200: 'OK',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Not Allowed',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
};

/** An answer of the service, with the body's length. */
export function response(status: number, body: string, options: ResponseOptions = {}): string {
  const {
    contentType = 'text/plain',
    version = '1.1',
    connection = 'close',
    headers = [],
    tokenTtl,
  } = options;
  const ttl = tokenTtl === undefined ? '' : `X-Aws-Ec2-Metadata-Token-Ttl-Seconds: ${tokenTtl}\r\n`;
  const more = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return (
    `HTTP/${version} ${status} ${options.reason ?? REASONS[status] ?? 'Unknown'}\r\n` +
    `${ttl}Content-Type: ${contentType}\r\nAccept-Ranges: none\r\n` +
    `Last-Modified: ${SERVER_DATE}\r\nContent-Length: ${Buffer.byteLength(body, 'latin1')}\r\n` +
    `Date: ${SERVER_DATE}\r\nServer: EC2ws\r\nConnection: ${connection}\r\n${more}\r\n${body}`
  );
}

/** Answer to the token PUT. */
export function tokenResponse(ttl = 21600, token = TOKEN, options: ResponseOptions = {}): string {
  return response(200, token, { tokenTtl: ttl, ...options });
}

/** The small XHTML page of an error. */
export function errorPage(status: number): string {
  const title = `${status} - ${REASONS[status] ?? 'Error'}`;
  return (
    '<?xml version="1.0" encoding="iso-8859-1"?>\n' +
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"\n' +
    '\t"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">\n' +
    '<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">\n' +
    ` <head>\n  <title>${title}</title>\n </head>\n <body>\n  <h1>${title}</h1>\n </body>\n</html>\n`
  );
}

export function errorResponse(status: number, options: ResponseOptions = {}): string {
  return response(status, errorPage(status), { contentType: 'text/html', ...options });
}

/** GET, POST or DELETE of the token path. */
export function tokenMethodNotAllowed(): string {
  return response(405, '', { headers: [['Allow', 'OPTIONS, PUT']] });
}

export function credentialsDocument(): string {
  return `${JSON.stringify(
    {
      Code: 'Success',
      LastUpdated: '2026-01-15T09:12:31Z',
      Type: 'AWS-HMAC',
      AccessKeyId: ACCESS_KEY_ID,
      SecretAccessKey: SECRET_ACCESS_KEY,
      Token: SESSION_TOKEN,
      Expiration: '2026-01-15T15:31:02Z',
    },
    undefined,
    2,
  )}\n`;
}

/** One chunk a part (RFC 9112 §7.1), with the last chunk. */
export function chunked(...parts: readonly string[]): string {
  return `${parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('')}0\r\n\r\n`;
}
