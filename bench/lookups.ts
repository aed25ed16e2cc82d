/**
 * How many callers that end at once a look-up in /proc still finds: `npx tsx bench/lookups.ts`, as root.
 * Two hundred, one after the other and sixteen at a time, each of which names its pid in its request.
 */
import { cpus, release } from 'node:os';
import { LiveSession, newMark } from '../test/live/session.ts';
import { startEndpoint } from '../test/support/endpoint/index.ts';
import { type Namespace, Network } from '../test/support/netns.ts';
import { connectPair, IMDS_ADDRESSES } from '../test/support/topologies.ts';

const CALLERS = 200;

async function measure(client: Namespace, atOnce: number): Promise<string> {
  const session = await LiveSession.start(['--capture', 'wire'], client);
  const mark = newMark();
  const url = `http://${IMDS_ADDRESSES.v4}/latest/meta-data/${mark}`;
  // exec keeps the pid that the shell puts into the path.
  const line = `seq ${CALLERS} | xargs -P ${atOnce} -I{} sh -c 'exec curl -s -o /dev/null ${url}-$$'`;
  await client.run('sh', ['-c', line]);
  const calls = await session.eventsOf(mark, CALLERS);
  await session.stop();
  const named = calls.filter(({ process }) => process !== undefined);
  const right = named.filter(({ url: asked, process }) => asked?.path.endsWith(`-${process?.pid}`));
  const whole = right.filter(({ process }) => process?.name === 'curl' && process.args?.[0] === 'curl');
  const reasons = new Map<string, number>();
  for (const { attribution } of calls) {
    if (attribution.reason !== undefined)
      reasons.set(attribution.reason, (reasons.get(attribution.reason) ?? 0) + 1);
  }
  const why = [...reasons].map(([reason, count]) => `${reason} ${count}`).join(', ');
  return `${atOnce} at once: ${named.length} of ${calls.length} named, ${right.length} rightly, ${whole.length} with arguments${why === '' ? '' : `; ${why}`}`;
}

await Network.with(async (network) => {
  const { client, server } = connectPair(network);
  await startEndpoint(server, ['--port', '80', '--address', IMDS_ADDRESSES.v4]);
  process.stdout.write(`${cpus().length} CPUs, Linux ${release()}, Node ${process.versions.node}\n`);
  for (const atOnce of [1, 16]) process.stdout.write(`${await measure(client, atOnce)}\n`);
});
