import assert from 'node:assert/strict';
import { join } from 'node:path';
import { viewUrl } from '../../src/report/url.ts';
import { imds } from '../cli/run.ts';
import { captures, type OracleRow, readOracle } from './oracle.ts';

interface Event {
  imds: { version?: string };
  http?: { request?: { method: string }; response?: { status_code: number } };
  url?: { original: string };
}

/** A request in one line, so that two lists of them can be sorted and compared. */
function line(method: string, url: string, detail: string | number): string {
  return `${method} ${url} ${detail}`;
}

async function eventsOf({ file, endpoint }: OracleRow): Promise<Event[]> {
  const { code, stdout, stderr } = await imds([
    'analyze',
    '--jsonl',
    '--endpoint',
    endpoint,
    join(captures, file),
  ]);
  assert.equal(code, 0, stderr);
  const lines = stdout.split('\n').filter((text) => text !== '');
  return lines.map((text) => JSON.parse(text) as Event).filter(({ http }) => http?.request !== undefined);
}

describe('requests as tshark finds them', function () {
  this.timeout(30_000);
  const oracle = readOracle();

  if (oracle === undefined) {
    it(`in real captures, which are expected in ${captures}`, function () {
      assert.notEqual(process.env.CI, 'true', 'under CI the captures have to be there');
      this.skip();
    });
    return;
  }

  for (const row of oracle) {
    it(`in ${row.repo}: ${row.file}`, async () => {
      const events = await eventsOf(row);
      const ours = events.map(({ imds: { version }, http, url }) => ({
        method: http?.request?.method ?? '',
        url: url?.original ?? '',
        token: version === 'v2',
        status: http?.response?.status_code,
      }));
      const theirs = row.requests.map((request) => ({ ...request, url: viewUrl(request.uri).original }));
      assert.deepEqual(
        ours.map(({ method, url, token }) => line(method, url, token ? 'token' : 'no token')).sort(),
        theirs.map(({ method, url, token }) => line(method, url, token ? 'token' : 'no token')).sort(),
      );
      // Where tshark has joined no answer to the request, it says nothing of the status.
      const statuses = ours.map(({ method, url, status }) => line(method, url, status ?? '-'));
      for (const { method, url, status } of theirs) {
        if (status === null || status === undefined) continue;
        const at = statuses.indexOf(line(method, url, status));
        assert.notEqual(at, -1, `no ${line(method, url, status)} in\n${statuses.join('\n')}`);
        statuses.splice(at, 1);
      }
    });
  }
});
