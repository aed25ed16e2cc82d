import assert from 'node:assert/strict';
import { type EndpointProcess, startEndpoint } from '../support/endpoint/index.ts';
import { type Namespace, Network } from '../support/netns.ts';
import { connectPair, IMDS_ADDRESSES } from '../support/topologies.ts';
import { CLIENTS, PYTHON, succeed } from './probe/world.ts';
import { LiveSession, newMark } from './session.ts';

/**
 * A port of the tests alone: the whole host is watched, and what others ask for at port 80 meanwhile is
 * neither theirs nor to be in the way of a proof that nothing is missing.
 */
export const PORT = 20_000 + (process.pid % 10_000);
export const V4_ENDPOINT = `${IMDS_ADDRESSES.v4}:${PORT}`;
export const V6_ENDPOINT = `[${IMDS_ADDRESSES.v6}]:${PORT}`;

const ADDRESSES = Object.values(IMDS_ADDRESSES).flatMap((address) => ['--address', address]);
export const WATCHING = ['--endpoint', V4_ENDPOINT, '--endpoint', V6_ENDPOINT];

/** A client, the stand-in endpoint in another namespace, and a session that is ready. */
export interface Scene {
  client: Namespace;
  server: Namespace;
  endpoint: EndpointProcess;
  session: LiveSession;
  /** By which the scene's own calls are known among all of the host. */
  mark: string;
  /** A path with the mark in it. */
  path: string;
}

export interface SceneOptions {
  /** Arguments of `imds live`; `--capture sockets` unless told. */
  args?: readonly string[];
  /** Options of the stand-in endpoint. */
  endpoint?: readonly string[];
  /** The session is within the client's namespace, for the wire view; else it is on this host. */
  within?: boolean;
}

/** Calls with a scene; afterwards its session has to end well, if it has not already. */
export function withScene(
  use: (scene: Scene) => Promise<void>,
  { args = ['--capture', 'sockets'], endpoint: options = [], within = false }: SceneOptions = {},
): Promise<void> {
  return Network.with(async (network) => {
    const { client, server } = connectPair(network);
    const endpoint = await startServing(server, options);
    const session = await LiveSession.start([...WATCHING, ...args], within ? client : undefined);
    const mark = newMark();
    await use({ client, server, endpoint, session, mark, path: `/latest/meta-data/${mark}` });
    if (session.child.exitCode === null) assert.equal(await session.stop(), 0);
  });
}

/** The stand-in endpoint at the addresses of the metadata service, and a port of the tests. */
export function startServing(server: Namespace, options: readonly string[] = []): Promise<EndpointProcess> {
  return startEndpoint(server, ['--port', String(PORT), ...ADDRESSES, ...options]);
}

/** Environment in which clients.py asks for a path, with a token or without. */
export function asking(path: string, token = ''): NodeJS.ProcessEnv {
  return { ...process.env, REQUEST_PORT: String(PORT), REQUEST_PATH: path, REQUEST_TOKEN: token };
}

/** Runs a command of clients.py, which asks for a path, to its good end. */
export function askBy(
  where: Namespace,
  command: readonly string[],
  path: string,
  token?: string,
): Promise<string> {
  return succeed(where.run(PYTHON, [CLIENTS, ...command], { env: asking(path, token) }));
}
