import assert from 'node:assert/strict';
import { imds } from '../cli/run.ts';
import { lineOf, type RecordedClient, recordedClients, valuesHidden, versionOf } from './received.ts';

/** What is compared of a call in JSON Lines. */
interface Call {
  '@timestamp': string;
  event: { action: string };
  imds: { version?: string; unknown_reason?: string; forwarded_for?: string };
  http?: { request?: { method?: string }; response?: { status_code?: number } };
  url?: { original?: string };
  user_agent?: { original?: string };
}

async function callsOf(recorded: RecordedClient): Promise<Call[]> {
  const { code, stdout, stderr } = await imds(['analyze', '--format', 'jsonl', recorded.capture]);
  assert.equal(code, 0, stderr);
  const calls = stdout
    .split('\n')
    .filter(Boolean)
    .map((line): Call => JSON.parse(line));
  return calls.sort((a, b) => (a['@timestamp'] < b['@timestamp'] ? -1 : 1));
}

function lineOfCall(call: Call): string {
  return [
    call.imds.version,
    call.http?.request?.method,
    valuesHidden(call.url?.original ?? 'no target'),
    call.http?.response?.status_code ?? 'unanswered',
    call.user_agent?.original ?? 'no user agent',
    call.imds.forwarded_for ?? 'direct',
  ].join(' | ');
}

describe('recorded clients', function () {
  this.timeout(30_000);
  const clients = recordedClients();

  it('are there', () => assert.ok(clients.length >= 30, `${clients.length} clients`));

  for (const recorded of clients.filter(({ cut }) => cut !== true)) {
    it(`${recorded.name}: what the endpoint received is what imds reads`, async () => {
      const calls = await callsOf(recorded);
      const requests = calls.filter(({ event }) => event.action === 'imds-request');
      assert.deepEqual(requests.map(lineOfCall), recorded.requests.map(lineOf));
      assert.equal(calls.length - requests.length, recorded.emptyConnections, 'attempts');
    });
  }

  for (const recorded of clients.filter(({ cut }) => cut === true)) {
    it(`${recorded.name}: a call for each request, none with a guessed version`, async () => {
      const calls = await callsOf(recorded);
      assert.deepEqual(
        calls.map((call) => [call.imds.version, call.imds.unknown_reason]),
        recorded.requests.map(() => ['unknown', 'payload cut by the snap length']),
      );
    });
  }

  it('show every version, refusals and silence', () => {
    const requests = clients.flatMap((recorded) => recorded.requests);
    assert.deepEqual([...new Set(requests.map(versionOf))].sort(), ['foreign', 'v1', 'v2']);
    for (const status of [200, 400, 401, 403, 404, 405, undefined]) {
      assert.ok(
        requests.some((request) => request.status === status),
        `${status ?? 'unanswered'}`,
      );
    }
  });
});
