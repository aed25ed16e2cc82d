import type { FloodSegment } from './flood.ts';

/** Ways to make an analyzer keep more and more; `n` is how often. */
export const FLOODS: Record<string, (n: number) => Iterable<FloodSegment>> = {
  'half-open connections': function* (n) {
    for (let client = 0; client < n; client++) yield { client, sequence: client * 7919, flags: ['syn'] };
  },
  'half-open connections with one ISN': function* (n) {
    for (let client = 0; client < n; client++) yield { client, sequence: 1000, flags: ['syn'] };
  },
  'half-open connections of as many addresses': function* (n) {
    for (let client = 0; client < n; client++) {
      yield { client, host: client, sequence: client * 7919, flags: ['syn'] };
    }
  },
  'clients with one ISN that send different bytes': function* (n) {
    for (let client = 0; client < n; client++) yield { client, sequence: 1000, flags: ['syn'] };
    for (let client = 0; client < n; client++) {
      yield { client, sequence: 1001, payload: `GET /${client} HTTP/1.1\r\n\r\n` };
    }
  },
  'connections with a hole each': function* (n) {
    for (let client = 0; client < n; client++) {
      yield { client, sequence: client * 7919, flags: ['syn'] };
      yield { client, sequence: client * 7919 + 101, payload: 'GET / HTTP/1.1\r\n\r\n'.padEnd(200) };
    }
  },
  'connections in mid-stream': function* (n) {
    for (let client = 0; client < n; client++) {
      yield { client, sequence: client * 7919, payload: 'GET / HTTP/1.1\r\n\r\n' };
    }
  },
  'answers without requests': function* (n) {
    for (let client = 0; client < n; client++) {
      yield { client, answer: true, sequence: client, payload: 'HTTP/1.1 200 OK\r\n\r\nx' };
    }
  },
  'connections, opened and closed': function* (n) {
    for (let client = 0; client < n; client++) {
      const isn = client * 7919;
      const request = `GET /${client} HTTP/1.1\r\n\r\n`;
      yield { client, sequence: isn, flags: ['syn'] };
      yield { client, answer: true, sequence: 5000, acknowledgment: isn + 1, flags: ['syn', 'ack'] };
      yield { client, sequence: isn + 1, acknowledgment: 5001, flags: ['fin', 'ack'], payload: request };
      const acknowledgment = isn + 2 + request.length;
      const payload = 'HTTP/1.1 200 OK\r\n\r\nx';
      yield { client, answer: true, sequence: 5001, acknowledgment, flags: ['fin', 'ack'], payload };
    }
  },
  'requests that nobody answers': function* (n) {
    const payload = 'GET / HTTP/1.1\n\n'.repeat(64);
    for (let i = 0; i < n / 4; i++) {
      const client = Math.floor(i / 16);
      const isn = client * 7919;
      if (i % 16 === 0) yield { client, sequence: isn, flags: ['syn'] };
      yield { client, sequence: isn + 1 + (i % 16) * payload.length, payload };
    }
  },
  'requests with long texts that nobody answers': function* (n) {
    for (let i = 0; i < n; i++) {
      const client = Math.floor(i / 8);
      const isn = client * 7919;
      const target = `/${String(i).padEnd(4000, 'p')}`;
      const agent = String(i).padEnd(1000, 'a');
      const payload = `GET ${target} HTTP/1.1\r\nUser-Agent: ${agent}\r\nX-Forwarded-For: ${agent}\r\n\r\n`;
      if (i % 8 === 0) yield { client, sequence: isn, flags: ['syn'] };
      yield { client, sequence: isn + 1 + (i % 8) * payload.length, payload };
    }
  },
  'lines without an end': function* (n) {
    const payload = 'x'.repeat(1000);
    for (let i = 0; i < n; i++) {
      const client = Math.floor(i / 60);
      if (i % 60 === 0) yield { client, sequence: client * 7919, flags: ['syn'] };
      yield { client, sequence: client * 7919 + 1 + (i % 60) * 1000, payload };
    }
  },
  'a header without an end': function* (n) {
    const head = 'GET / HTTP/1.1\r\nX: ';
    yield { client: 0, sequence: 0, flags: ['syn'] };
    yield { client: 0, sequence: 1, payload: head };
    const payload = 'y'.repeat(1000);
    for (let i = 0; i < n; i++) yield { client: 0, sequence: 1 + head.length + i * 1000, payload };
  },
  'header fields without an end': function* (n) {
    const head = 'GET / HTTP/1.1\r\n';
    yield { client: 0, sequence: 0, flags: ['syn'] };
    yield { client: 0, sequence: 1, payload: head };
    const payload = 'User-Agent: a\r\n'.repeat(60);
    for (let i = 0; i < n; i++) yield { client: 0, sequence: 1 + head.length + i * payload.length, payload };
  },
  'segments of a byte, in reverse': function* (n) {
    yield { client: 0, sequence: 0, flags: ['syn'] };
    for (let i = n; i > 0; i--) yield { client: 0, sequence: i * 2, payload: 'x' };
  },
  'segments of a byte, every other one': function* (n) {
    yield { client: 0, sequence: 0, flags: ['syn'] };
    for (let i = 1; i <= n; i++) yield { client: 0, sequence: i * 2, payload: 'x' };
  },
  'interfaces of one connection': function* (n) {
    yield { client: 0, sequence: 0, flags: ['syn'] };
    for (let i = 0; i < n; i++) {
      yield { client: 0, sequence: 1 + i * 16, payload: 'GET / HTTP/1.1\n\n', interfaceName: `veth${i}` };
    }
  },
};
