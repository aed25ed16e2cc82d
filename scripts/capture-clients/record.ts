import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ReceivedRequest, startEndpoint } from '../../test/support/endpoint/index.ts';
import { type Namespace, Network, shown } from '../../test/support/netns.ts';
import {
  connectContainer,
  connectNarrow,
  connectPair,
  IMDS_ADDRESSES,
} from '../../test/support/topologies.ts';
import type { ClientCase } from './cases.ts';
import { readmeOf } from './readme.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const ADDRESSES = Object.values(IMDS_ADDRESSES).flatMap((address) => ['--address', address]);
const FILTER = `ip host ${IMDS_ADDRESSES.v4} or (ip6 host ${IMDS_ADDRESSES.v6} and not icmp6)`;
/** Forwarding can be narrower than the wire is: the way to the service takes 576 bytes. */
const NARROW_MTU = 576;
/** Packets reach a capture program after the client has read them. */
const SETTLE_MS = 400;

export interface Recorded {
  requests: CaseRequest[];
  /** Connections on which the endpoint received no byte. */
  emptyConnections: number;
  bytes: number;
}

/** A request as the endpoint received it. */
export interface CaseRequest {
  connection: number;
  method: string;
  target: string;
  tokenHeader: boolean;
  ttlHeader: boolean;
  userAgent?: string | undefined;
  forwardedFor?: string | undefined;
  /** Absent where it was not answered. */
  status?: number | undefined;
}

/** Runs one client against the endpoint, and writes its folder of fixtures. */
export function record(chosen: ClientCase, environment: Record<string, string>): Promise<Recorded> {
  return Network.with(async (network) => {
    const folder = join(ROOT, 'fixtures', `clients-${chosen.name}`);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const capture = join(folder, chosen.tool === 'dumpcap' ? 'capture.pcapng' : 'capture.pcap');

    const places = placesOf(chosen, network);
    const endpoint = await startEndpoint(places.server, [
      '--port',
      '80',
      ...ADDRESSES,
      ...(chosen.endpoint ?? []),
    ]);
    const captor = await startCapture(places[chosen.captureAt ?? 'client'] ?? places.client, chosen, capture);
    const { stdout, stderr } = await places.client.run('sh', ['-c', chosen.run], { env: environment });
    if (process.env.VERBOSE !== undefined) process.stderr.write(`${stdout}${stderr}`);
    await sleep(SETTLE_MS);
    captor.kill('SIGINT');
    await once(captor, 'close');
    const received = await endpoint.stop();

    const version = await places.client.run('sh', ['-c', chosen.version], { env: environment });
    const client = `${version.stdout}${version.stderr}`.split('\n')[0]?.trim() ?? '';
    const requests = received.requests.map(asExpected);
    const emptyConnections = received.connections.filter(({ bytes }) => bytes === 0).length;
    const description = {
      client,
      requests,
      emptyConnections,
      cut: chosen.snaplen === undefined ? undefined : true,
    };
    writeFileSync(join(folder, 'received.json'), `${JSON.stringify(description, undefined, 2)}\n`);
    writeFileSync(join(folder, 'README.md'), readmeOf(chosen, client));
    return { requests, emptyConnections, bytes: statSync(capture).size };
  });
}

interface Places {
  client: Namespace;
  server: Namespace;
  host?: Namespace;
}

function placesOf(chosen: ClientCase, network: Network): Places {
  switch (chosen.topology) {
    case 'container':
      return connectContainer(network);
    case 'narrow':
      return connectNarrow(network, NARROW_MTU);
    default:
      return connectPair(network);
  }
}

async function startCapture(where: Namespace, chosen: ClientCase, file: string): Promise<ChildProcess> {
  const interfaces = (chosen.interfaces ?? ['eth0']).flatMap((name) => ['-i', name]);
  const snaplen = ['-s', String(chosen.snaplen ?? 0)];
  const child =
    chosen.tool === 'dumpcap'
      ? where.spawn('dumpcap', ['-f', FILTER, ...interfaces, '-w', file], {
          stdio: ['ignore', 'ignore', 'pipe'],
        })
      : where.spawn(
          'tcpdump',
          [
            ...interfaces,
            ...(chosen.interfaces?.includes('any') ? ['-y', 'LINUX_SLL2'] : []),
            ...snaplen,
            '--time-stamp-precision=nano',
            '--immediate-mode',
            '-U',
            ...['-Z', 'root', '-w', file, FILTER],
          ],
          { stdio: ['ignore', 'ignore', 'pipe'] },
        );
  await shown(child, child.stderr, /listening on|^File: /);
  return child;
}

function asExpected(request: ReceivedRequest): CaseRequest {
  const headerValue = (name: string) => request.headers.find(([key]) => key.toLowerCase() === name)?.[1];
  return {
    connection: request.connection,
    method: request.method,
    target: request.target,
    tokenHeader: request.tokenHeader,
    ttlHeader: request.ttlHeader,
    userAgent: headerValue('user-agent'),
    forwardedFor: headerValue('x-forwarded-for'),
    status: request.status,
  };
}
