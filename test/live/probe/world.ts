import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type EndpointProcess, startEndpoint } from '../../support/endpoint/index.ts';
import { type Namespace, Network, type RunOptions, type RunResult } from '../../support/netns.ts';
import { connectPair, IMDS_ADDRESSES, type Pair } from '../../support/topologies.ts';

/** Debian's: any other may be out of other users' reach. */
export const PYTHON = '/usr/bin/python3';
export const CLIENTS = join(import.meta.dirname, 'clients.py');
export const { v4: V4, v6: V6 } = IMDS_ADDRESSES;

/** A client's namespace, and the stand-in endpoint in another. */
export interface World {
  client: Namespace;
  server: Namespace;
  endpoint: EndpointProcess;
}

/** @param prepare called before the endpoint listens */
export function withWorld(
  use: (world: World) => Promise<void>,
  prepare: (pair: Pair) => void = () => {},
): Promise<void> {
  return Network.with(async (network) => {
    const pair = connectPair(network);
    const { client, server } = pair;
    prepare(pair);
    const endpoint = await startEndpoint(server, ['--address', V4, '--address', V6, '--port', '80']);
    await use({ client, server, endpoint });
  });
}

/** Runs a command of clients.py to its end, which has to be a good one. */
export async function client(
  namespace: Namespace,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  return succeed(namespace.run(PYTHON, [CLIENTS, ...args], options));
}

/** The standard output of a process that ended well. */
export async function succeed(running: Promise<RunResult>): Promise<string> {
  const { code, signal, stdout, stderr } = await running;
  assert.equal(code, 0, `${signal} ${stdout} ${stderr}`);
  return stdout;
}
