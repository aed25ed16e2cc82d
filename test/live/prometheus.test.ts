import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { V4 } from './probe/world.ts';
import {
  ALERT_TESTS,
  ALERTS,
  dashboardQueries,
  isPrometheusThere,
  Prometheus,
  promtool,
} from './prometheus/prometheus.ts';
import { askBy, withScene } from './scene.ts';
import { endSessions, needsRoot } from './session.ts';

const TARGET = '127.0.0.1:9469';
const PATIENCE_MS = 30_000;

describe('imds live: Prometheus', function () {
  this.timeout(120_000);
  before(function () {
    needsRoot.call(this);
    if (!isPrometheusThere()) this.skip();
  });
  afterEach(endSessions);

  it('takes the alerts, which fire when they should', () => {
    for (const args of [
      ['check', 'rules', ALERTS],
      ['test', 'rules', ALERT_TESTS],
    ]) {
      const { ok, text } = promtool(args);
      assert.ok(ok, text);
    }
  });

  it('scrapes a session, has data for each query of the dashboard, and raises the alerts', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'imds-prometheus-'));
    try {
      await withScene(
        async ({ client, session, mark, path }) => {
          assert.match(session.ready, new RegExp(`; metrics http://${TARGET}/metrics$`));
          const prometheus = await Prometheus.start(client, TARGET, folder);
          await until(async () => (await prometheus.query('imds_build_info')).length > 0);
          // Until now there was no caller: the first one is new.
          assert.deepEqual(await prometheus.alerts(), []);
          for (let i = 0; i < 6; i++) {
            await askBy(client, ['request', V4], `${path}/${i}`);
            await askBy(client, ['request', V4], `${path}/${i}`, 'a-token');
            await new Promise((resolve) => setTimeout(resolve, 1000));
          }
          await session.eventsOf(mark, 12);
          const queries = dashboardQueries();
          assert.ok(queries.length > 20, 'the queries were found');
          for (const { title, expr } of queries) {
            let samples: unknown[] = [];
            await until(async () => {
              samples = (await prometheus.query(expr)).filter(({ value: [, text] }) => text !== 'NaN');
              return samples.length > 0;
            }, `${title}: ${expr}`);
          }
          const value = async (expr: string) => Number((await prometheus.query(expr))[0]?.value[1]);
          for (const version of ['v1', 'v2']) {
            await until(
              async () => (await value(`sum(imds_calls_total{version="${version}"})`)) === 6,
              version,
            );
          }
          assert.equal(await value('imds_probe_up'), 1);
          assert.equal(await value('imds_missing_bytes'), 0);
          const [caller] = await prometheus.query('imds_caller_calls_total{version="v1"}');
          assert.match(caller?.metric.caller ?? '', /^python3 \S+\/clients\.py$/);
          const firing = async () =>
            (await prometheus.alerts()).filter(({ state }) => state === 'firing').map(({ labels }) => labels);
          await until(async () => (await firing()).length === 2);
          assert.deepEqual((await firing()).map(({ alertname, instance }) => [alertname, instance]).sort(), [
            ['ImdsNewV1Caller', TARGET],
            ['ImdsV1CallsSeen', TARGET],
          ]);
        },
        { args: ['--metrics', TARGET], within: true },
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

async function until(condition: () => Promise<boolean>, what = 'the condition'): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!(await condition())) {
    assert.ok(Date.now() < end, `in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
