import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { startEndpoint } from './endpoint/index.ts';
import { canCreateNamespaces, type Namespace, Network } from './netns.ts';
import { canMasquerade, connectContainer, connectPair, IMDS_ADDRESSES } from './topologies.ts';

const V4 = `http://${IMDS_ADDRESSES.v4}/latest/meta-data/mac`;
const V6 = `http://[${IMDS_ADDRESSES.v6}]/latest/meta-data/mac`;

function ask(from: Namespace, url: string) {
  const script = `fetch(process.argv[1]).then((answer) => answer.text()).then((text) => process.stdout.write(text))`;
  return from.run(process.execPath, ['-e', script, url], { timeoutMs: 10_000 });
}

describe('network namespaces', function () {
  this.timeout(30_000);

  before(function () {
    if (!canCreateNamespaces()) this.skip();
  });

  it('connect a client with the endpoint, by IPv4 and IPv6', () =>
    Network.with(async (network) => {
      const { client, server } = connectPair(network);
      const addresses = Object.values(IMDS_ADDRESSES).flatMap((address) => ['--address', address]);
      const endpoint = await startEndpoint(server, ['--port', '80', ...addresses]);
      for (const url of [V4, V6]) assert.match((await ask(client, url)).stdout, /^0e:/);
      const { requests } = await endpoint.stop();
      assert.deepEqual(
        requests.map(({ client: { address } }) => address),
        ['172.31.5.9', '2001:db8::5'],
      );
    }));

  it('hide a container behind its host', function () {
    if (!canMasquerade()) this.skip();
    return Network.with(async (network) => {
      const { client, server } = connectContainer(network);
      const endpoint = await startEndpoint(server, ['--port', '80', '--address', IMDS_ADDRESSES.v4]);
      assert.match((await ask(client, V4)).stdout, /^0e:/);
      const { requests } = await endpoint.stop();
      assert.equal(requests[0]?.client.address, '172.31.5.9');
    });
  });

  it('are gone afterwards, and what ran in them, also when something fails', async () => {
    let name = '';
    let pid: number | undefined;
    const failing = Network.with(async (network) => {
      const { client } = connectPair(network);
      name = client.name;
      pid = client.spawn('sleep', ['60']).pid;
      assert.ok(existsSync(`/run/netns/${name}`));
      throw new RangeError('on purpose');
    });
    await assert.rejects(failing, RangeError);
    assert.ok(!existsSync(`/run/netns/${name}`));
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.throws(() => process.kill(pid ?? 0, 0), { code: 'ESRCH' });
  });
});
