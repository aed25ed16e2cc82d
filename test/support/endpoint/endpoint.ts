import { createServer, type Server, type Socket } from 'node:net';
import { type Answer, errorPage, toWire } from './answers.ts';
import { headerOf, type RequestHead, RequestReader, UnreadableRequest } from './request-reader.ts';
import { MetadataService, TOKEN_HEADER, TTL_HEADER } from './service.ts';

/**
 * What becomes of a request: answered as the service does, never answered, its connection closed without
 * a byte, answered late, or answered with an error.
 */
export type Behaviour = 'answer' | 'silence' | 'close' | { delayMs: number } | { status: number };

export interface EndpointOptions {
  /** Listening addresses; 127.0.0.1 unless told. */
  addresses?: readonly string[];
  /** 0 (one the system picks, the same for all addresses) unless told. */
  port?: number;
  /** HttpTokens of the instance. */
  tokens?: 'optional' | 'required';
  /** Of PUT requests, and of all others. */
  put?: Behaviour;
  get?: Behaviour;
  httpVersion?: '1.0' | '1.1';
  /** Connections stay open where the client asks for it; the real service closes each. */
  keepAlive?: boolean;
  /** Milliseconds since the epoch. */
  now?: () => number;
}

export interface ReceivedRequest {
  /** When the whole request was there, milliseconds since the epoch. */
  at: number;
  /** 1-based number of its connection. */
  connection: number;
  client: { address: string; port: number };
  method: string;
  target: string;
  headers: readonly (readonly [name: string, value: string])[];
  tokenHeader: boolean;
  ttlHeader: boolean;
  /** Undefined where it was not answered. */
  status: number | undefined;
}

export interface ReceivedConnection {
  client: { address: string; port: number };
  /** Payload bytes received. */
  bytes: number;
  /** Whole requests received. */
  requests: number;
}

/** Stand-in for the metadata service: answers as it does, and keeps a log of what really reached it. */
export class StandInEndpoint {
  /** In the order in which they were whole. */
  readonly requests: ReceivedRequest[] = [];
  /** In the order in which they were accepted. */
  readonly connections: ReceivedConnection[] = [];
  readonly #options: Required<EndpointOptions>;
  readonly #service: MetadataService;
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #delays = new Set<NodeJS.Timeout>();
  readonly #onSettled: ((request: ReceivedRequest) => void) | undefined;
  #port = 0;

  /** @param onSettled called when it is known whether a request is answered: at once, or after its delay. */
  constructor(options: EndpointOptions = {}, onSettled?: (request: ReceivedRequest) => void) {
    this.#options = {
      addresses: ['127.0.0.1'],
      port: 0,
      tokens: 'optional',
      put: 'answer',
      get: 'answer',
      httpVersion: '1.1',
      keepAlive: false,
      now: Date.now,
      ...options,
    };
    this.#service = new MetadataService(this.#options.tokens, this.#options.now);
    this.#onSettled = onSettled;
  }

  get port(): number {
    return this.#port;
  }

  /** Resolves when every address listens. */
  async start(): Promise<void> {
    this.#port = this.#options.port;
    for (const address of this.#options.addresses) {
      // A client that has sent all it wants to (FIN) is still answered.
      const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => this.#accept(socket));
      this.#servers.push(server);
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen({ host: address, port: this.#port, backlog: 4096 }, resolve);
      });
      const bound = server.address();
      if (bound !== null && typeof bound === 'object') this.#port = bound.port;
    }
  }

  /** Closes what is open, answered or not. */
  async stop(): Promise<void> {
    for (const delay of this.#delays) clearTimeout(delay);
    const closed = this.#servers.map((server) => new Promise((resolve) => server.close(resolve)));
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(closed);
  }

  #accept(socket: Socket): void {
    const { remoteAddress: address = '', remotePort: port = 0 } = socket;
    const connection = { client: { address, port }, bytes: 0, requests: 0 };
    const number = this.connections.push(connection);
    const reader = new RequestReader(() => socket.write('HTTP/1.1 100 Continue\r\n\r\n'));
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    // A client may reset its connection at any time.
    socket.on('error', () => {});
    let turn = Promise.resolve();
    socket.on('data', (bytes) => {
      connection.bytes += bytes.length;
      reader.push(bytes);
      for (const head of this.#whole(reader, socket)) {
        connection.requests++;
        // Answers keep the order of the requests, also where one is late.
        turn = turn.then(() => this.#handle(head, socket, number));
      }
    });
    socket.on('end', () => void turn.then(() => socket.end()));
  }

  *#whole(reader: RequestReader, socket: Socket): Generator<RequestHead> {
    try {
      for (let head = reader.next(); head !== undefined; head = reader.next()) yield head;
    } catch (error) {
      if (!(error instanceof UnreadableRequest)) throw error;
      socket.end(this.#render(errorPage(400), false, false));
    }
  }

  async #handle(head: RequestHead, socket: Socket, connection: number): Promise<void> {
    const behaviour = head.method === 'PUT' ? this.#options.put : this.#options.get;
    const answer = this.#answerTo(head, behaviour);
    const request: ReceivedRequest = {
      at: this.#options.now(),
      connection,
      client: this.connections[connection - 1]?.client ?? { address: '', port: 0 },
      method: head.method,
      target: head.target,
      headers: head.headers,
      tokenHeader: headerOf(head, TOKEN_HEADER) !== undefined,
      ttlHeader: headerOf(head, TTL_HEADER) !== undefined,
      status: answer?.status,
    };
    this.requests.push(request);
    if (behaviour === 'close') socket.destroy();
    if (typeof behaviour === 'object' && 'delayMs' in behaviour) await this.#delay(behaviour.delayMs);
    if (!socket.writable) request.status = undefined;
    this.#onSettled?.(request);
    if (answer === undefined || !socket.writable) return;
    const keep = this.#keeps(head);
    socket.write(this.#render(answer, keep, head.method === 'HEAD'), 'latin1');
    if (!keep) socket.end();
  }

  #answerTo(head: RequestHead, behaviour: Behaviour): Answer | undefined {
    if (behaviour === 'silence' || behaviour === 'close') return undefined;
    if (typeof behaviour === 'object' && 'status' in behaviour) return errorPage(behaviour.status);
    return this.#service.answer(head);
  }

  #keeps(head: RequestHead): boolean {
    const wanted = headerOf(head, 'connection') ?? '';
    if (!this.#options.keepAlive || this.#options.httpVersion === '1.0' || /close/i.test(wanted))
      return false;
    return head.protocol === 'HTTP/1.1' || /keep-alive/i.test(wanted);
  }

  #render(answer: Answer, keep: boolean, withoutBody: boolean): string {
    return toWire(answer, {
      httpVersion: this.#options.httpVersion,
      connection: keep ? 'keep-alive' : 'close',
      withoutBody,
      now: this.#options.now(),
    });
  }

  #delay(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const delay = setTimeout(() => {
        this.#delays.delete(delay);
        resolve();
      }, milliseconds);
      this.#delays.add(delay);
    });
  }
}
