import assert from 'node:assert/strict';
import { type EndpointProcess, startEndpoint } from '../support/endpoint/index.ts';
import { type Namespace, Network } from '../support/netns.ts';
import { connectContainer, connectPair, IMDS_ADDRESSES } from '../support/topologies.ts';
import { endSessions, type LiveEvent, LiveSession, needsRoot, newMark } from './session.ts';

const V4 = `http://${IMDS_ADDRESSES.v4}`;
const V6 = `http://[${IMDS_ADDRESSES.v6}]`;
const ADDRESSES = Object.values(IMDS_ADDRESSES).flatMap((address) => ['--address', address]);

function endpointIn(server: Namespace, ...options: string[]): Promise<EndpointProcess> {
  return startEndpoint(server, ['--port', '80', ...ADDRESSES, ...options]);
}

const words = ({ imds, http }: LiveEvent) =>
  `${imds.version} ${imds.operation} ${http?.request?.method} ${http?.response?.status_code}`;

describe('imds live: calls', function () {
  this.timeout(60_000);
  before(needsRoot);
  afterEach(endSessions);

  for (const capture of ['sockets', 'both']) {
    it(`tells v1, v2, token calls and credentials, with the process of each (${capture})`, () =>
      Network.with(async (network) => {
        const { client, server } = connectPair(network);
        await endpointIn(server);
        const session = await LiveSession.start(
          ['--capture', capture],
          capture === 'both' ? client : undefined,
        );
        const mark = newMark();
        const script = [
          `curl -s ${V4}/latest/meta-data/iam/security-credentials/${mark}`,
          `T=$(curl -s -X PUT '${V4}/latest/api/token?${mark}' -H 'X-aws-ec2-metadata-token-ttl-seconds: 60')`,
          `curl -s -H "X-aws-ec2-metadata-token: $T" ${V6}/latest/meta-data/${mark}`,
        ].join('\n');
        await client.run('sh', ['-c', script]);
        const calls = await session.eventsOf(mark, 2);
        assert.deepEqual(calls.map(words), ['v1 read GET 404', 'v2 read GET 404']);
        assert.equal(calls[0]?.imds.path_class, 'credentials');
        const token = session.events.find(({ imds }) => imds.operation === 'token');
        assert.ok(token !== undefined, 'the token call is there');
        for (const { process: caller, imds, attribution } of [...calls, token]) {
          assert.equal(caller?.name, 'curl');
          assert.equal(caller?.executable, '/usr/bin/curl');
          assert.equal(caller?.args?.[0], 'curl');
          assert.equal(imds.ancestors?.[0]?.name, 'sh');
          assert.equal(attribution.source, 'ebpf');
          assert.ok(imds.ancestors?.some(({ pid }) => pid === process.pid));
        }
        assert.equal(await session.stop(), 0);
      }));
  }

  it('tells each connect that there is no route for as an attempt, and does not deny it', () =>
    Network.with(async (network) => {
      const { client, server } = connectPair(network);
      await endpointIn(server);
      client.ip(`route del ${IMDS_ADDRESSES.v4} dev eth0`);
      const session = await LiveSession.start(['--capture', 'sockets']);
      // curl ends with 7: it could not connect.
      const script = `for i in 1 2 3; do curl -s ${V4}/latest/meta-data/; test $? = 7 || exit 1; done`;
      await client.run('sh', ['-c', script]);
      const own = () => session.events.filter(({ process: caller }) => caller?.name === 'curl');
      await session.until(() => own().length === 3, 'three attempts');
      assert.equal(new Set(own().map(({ event }) => event.id)).size, 3);
      assert.equal(new Set(own().map(({ process: caller }) => caller?.pid)).size, 3);
      for (const event of own()) {
        const { imds, attribution } = event;
        assert.equal(imds.operation, 'attempt');
        assert.ok(!('source' in event), 'no address of it is known');
        assert.deepEqual(attribution, { ...attribution, source: 'ebpf', match: 'cookie' });
      }
      assert.equal(await session.stop(), 0);
      assert.doesNotMatch(session.diagnostics.join('\n'), /No connection/);
    }));

  it('gives 23 calls for 23 requests, each with its own pid', () =>
    Network.with(async (network) => {
      const { client, server } = connectPair(network);
      await endpointIn(server);
      const session = await LiveSession.start(['--capture', 'sockets']);
      const mark = newMark();
      // The shell's child names its own pid in the path: exec keeps it.
      const ask = `sh -c 'exec curl -s ${V4}/latest/meta-data/${mark}-$$'`;
      await client.run('sh', ['-c', `for i in $(seq 23); do ${ask}; done`]);
      const calls = await session.eventsOf(mark, 23);
      assert.equal(calls.length, 23);
      for (const { url, process: caller } of calls)
        assert.equal(url?.path.split('-').at(-1), String(caller?.pid));
      assert.equal(new Set(calls.map(({ event }) => event.id)).size, 23);
      await session.stop();
    }));

  it('gives one call each behind veth, bridge and masquerade, with the process in the container', () =>
    Network.with(async (network) => {
      const { client, host, server } = connectContainer(network);
      await endpointIn(server);
      const session = await LiveSession.start(['--capture', 'both'], host);
      const mark = newMark();
      await client.run('curl', ['-s', `${V4}/latest/meta-data/${mark}`, `${V4}/latest/meta-data/${mark}`]);
      await session.eventsOf(mark, 2);
      await session.stop();
      const calls = session.events.filter(({ url }) => url?.path.includes(mark));
      assert.equal(calls.length, 2, 'also after the end');
      for (const { process: caller, source } of calls) {
        assert.equal(caller?.name, 'curl');
        assert.match(source.ip, /^10\.88\.0\./);
      }
    }));

  it('names refused connects, and calls that get no answer', () =>
    Network.with(async (network) => {
      const { client, server } = connectPair(network);
      const session = await LiveSession.start(['--capture', 'sockets']);
      const from = session.events.length;
      await client.run('curl', ['-s', `${V4}/refused`]);
      await session.until(() => session.events.slice(from).some(isAttempt), 'an attempt');
      assert.equal(session.events.find(isAttempt)?.process?.name, 'curl');
      await endpointIn(server, '--get', 'silence');
      const mark = newMark();
      await client.run('curl', ['-s', '-m', '1', `${V4}/latest/meta-data/${mark}`]);
      const [call] = await session.eventsOf(mark, 1);
      assert.equal(call?.imds.version, 'v1');
      assert.equal(call?.http?.response, undefined);
      await session.stop();
    }));
});

function isAttempt({ imds, process: caller }: LiveEvent): boolean {
  return imds.operation === 'attempt' && caller?.args?.some((arg) => arg.endsWith('/refused')) === true;
}
