/**
 * Records real clients against the stand-in endpoint, each in network namespaces of its own, into
 * fixtures/clients-NAME: the capture, and what the endpoint says it received (received.json).
 *
 * `npx tsx scripts/capture-clients.ts [NAME…]`, as root on Debian with the packages of the tests (scripts/setup.mjs).
 * The clients that setup-clients.mjs fetches are put below .cache/clients. Packets stay within the namespaces.
 */
import { canCreateNamespaces } from '../test/support/netns.ts';
import { CASES } from './capture-clients/cases.ts';
import { prepareClients } from './capture-clients/clients.ts';
import { record } from './capture-clients/record.ts';

const names = process.argv.slice(2);
const unknown = names.filter((name) => !CASES.some((candidate) => candidate.name === name));
if (unknown.length > 0) {
  process.stderr.write(
    `no such case: ${unknown.join(', ')}; there are ${CASES.map(({ name }) => name).join(', ')}\n`,
  );
  process.exit(2);
}
if (!canCreateNamespaces()) {
  process.stderr.write('This makes network namespaces: run it as root on Linux, with iproute2.\n');
  process.exit(5);
}

const environment = await prepareClients();
for (const chosen of CASES.filter(({ name }) => names.length === 0 || names.includes(name))) {
  const { requests, emptyConnections, bytes } = await record(chosen, environment);
  process.stdout.write(
    `${chosen.name}: ${requests.length} requests, ${emptyConnections} empty, ${bytes} bytes\n`,
  );
  for (const request of requests) {
    const version = request.tokenHeader ? 'token' : request.ttlHeader ? 'ttl' : '-';
    process.stdout.write(
      `  ${request.method} ${request.target} ${version} ${request.status ?? 'unanswered'}\n`,
    );
  }
}
