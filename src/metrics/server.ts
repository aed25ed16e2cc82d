import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isIPv4, isIPv6, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { PrerequisiteError } from '../errors.ts';

/** Where to listen. */
export interface ListenAddress {
  /** IPv4 or IPv6, without brackets. */
  host: string;
  port: number;
}

/** What is asked for. */
export interface Pages {
  contentType: string;
  metrics(): Promise<string>;
  isReady(): boolean;
}

/** Why a connection came to nothing. */
export const REFUSALS = ['connections', 'deadline', 'header', 'malformed'] as const;
export type Refusal = (typeof REFUSALS)[number];

export interface ServerLimits {
  /** Connections at once; one scraper needs one. */
  connections: number;
  /** Bytes of a request's line and header together. */
  headerBytes: number;
  /** Milliseconds that a connection may take, from its first byte to the last of the answer. */
  deadlineMs: number;
}

export const DEFAULT_LIMITS: ServerLimits = { connections: 16, headerBytes: 8192, deadlineMs: 10_000 };

interface Answer {
  status: number;
  type: string;
  body: string;
}

const TEXT = 'text/plain; charset=utf-8';
const INDEX = 'imds live\n/metrics  for Prometheus\n/healthz  whether the session watches\n';

/**
 * Answers scrapers. It listens before anything is attached, so that a port in use is an error at once, and reads
 * nothing before {@link MetricsServer.begin}, when root has been given up. One connection is one request: what a
 * scraper holds, it holds until the deadline.
 */
export class MetricsServer {
  readonly #server: Server;
  readonly #limits: ServerLimits;
  readonly #refused: Record<Refusal, number> = { connections: 0, deadline: 0, header: 0, malformed: 0 };
  readonly #answered = new Map<number, number>();
  #pages: Pages | undefined;

  private constructor(limits: ServerLimits) {
    this.#limits = limits;
    const handle = (request: IncomingMessage, response: ServerResponse) =>
      void this.#answer(request, response);
    // The deadline is for all of a connection; those of Node would be told by timers of their own.
    this.#server = createServer(
      { maxHeaderSize: limits.headerBytes, headersTimeout: 0, requestTimeout: 0, keepAliveTimeout: 1 },
      handle,
    );
    this.#server.maxConnections = limits.connections;
    this.#server.maxRequestsPerSocket = 1;
    this.#server.prependListener('connection', (socket) => this.#admit(socket));
    this.#server.on('drop', () => this.#refused.connections++);
    this.#server.on('clientError', (error: NodeJS.ErrnoException, socket) => this.#refuse(error, socket));
  }

  /** @throws PrerequisiteError where the address cannot be had */
  static async listen(
    { host, port }: ListenAddress,
    limits: ServerLimits = DEFAULT_LIMITS,
  ): Promise<MetricsServer> {
    const server = new MetricsServer(limits);
    await new Promise<void>((resolve, reject) => {
      server.#server.once('error', (cause: NodeJS.ErrnoException) => reject(cannotListen(host, port, cause)));
      server.#server.listen({ host, port, exclusive: true }, resolve);
    });
    // A connection that could not be taken is one that its scraper tries again.
    server.#server.removeAllListeners('error').on('error', () => server.#refused.connections++);
    return server;
  }

  /** Where it listens, as a URL's host. */
  get address(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') return '';
    return hostText(address.address, address.port);
  }

  get refused(): Readonly<Record<Refusal, number>> {
    return this.#refused;
  }

  /** Answers by their status. */
  get answered(): ReadonlyMap<number, number> {
    return this.#answered;
  }

  /** From now on requests are read. */
  begin(pages: Pages): void {
    this.#pages = pages;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #admit(socket: Socket): void {
    if (this.#pages === undefined) {
      socket.destroy();
      return;
    }
    const deadline = setTimeout(() => {
      this.#refused.deadline++;
      socket.destroy();
    }, this.#limits.deadlineMs).unref();
    socket.once('close', () => clearTimeout(deadline));
  }

  #refuse(error: NodeJS.ErrnoException, socket: Duplex): void {
    // A scraper that went away.
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const isLong = error.code === 'HPE_HEADER_OVERFLOW';
    this.#refused[isLong ? 'header' : 'malformed']++;
    const status = isLong ? '431 Request Header Fields Too Large' : '400 Bad Request';
    // More may be coming, and is not read.
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () =>
      socket.destroy(),
    );
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, type, body } = await this.#page(request);
    this.#answered.set(status, (this.#answered.get(status) ?? 0) + 1);
    response.writeHead(status, {
      'content-type': type,
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      connection: 'close',
      ...(status === 405 && { allow: 'GET, HEAD' }),
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  }

  async #page({ method, url = '', headers }: IncomingMessage): Promise<Answer> {
    const pages = this.#pages;
    if (pages === undefined) return text(503, 'not ready\n');
    if (!isOwnHost(headers.host)) return text(421, 'ask by an IP address or localhost\n');
    if (method !== 'GET' && method !== 'HEAD') return text(405, 'only GET and HEAD\n');
    const [path] = url.split('?', 1);
    if (path === '/healthz') return pages.isReady() ? text(200, 'ready\n') : text(503, 'not ready\n');
    if (path === '/') return text(200, INDEX);
    if (path !== '/metrics') return text(404, 'not found: /metrics and /healthz are here\n');
    return { status: 200, type: pages.contentType, body: await pages.metrics() };
  }
}

/**
 * Whether a request was meant for this host. A page in a browser here may have its name lead to loopback (DNS
 * rebinding), and would read the answer: that name is in the header. HTTP/1.0 may have none, and browsers do not.
 */
function isOwnHost(header: string | undefined): boolean {
  if (header === undefined) return true;
  const [, bracketed, plain = ''] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d{1,5})?$/.exec(header) ?? [];
  if (bracketed !== undefined) return isIPv6(bracketed);
  return isIPv4(plain) || plain.toLowerCase() === 'localhost';
}

function text(status: number, body: string): Answer {
  return { status, type: TEXT, body };
}

function hostText(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

const WHY: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use',
  EADDRNOTAVAIL: 'this host does not have that address',
  EACCES: 'ports below 1024 are for root',
  EAFNOSUPPORT: 'this process may not have such a socket (RestrictAddressFamilies= of its unit)',
};

function cannotListen(host: string, port: number, cause: NodeJS.ErrnoException): PrerequisiteError {
  return new PrerequisiteError(
    `--metrics ${hostText(host, port)}: ${WHY[cause.code ?? ''] ?? cause.message}`,
    {
      code: 'metrics.listen',
      remedy: 'Choose another with --metrics [ADDRESS:]PORT, or end what listens there.',
      cause,
    },
  );
}
