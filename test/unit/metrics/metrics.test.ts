import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Registry } from 'prom-client';
import { Metrics } from '../../../src/metrics/index.ts';
import { addProcessMetrics } from '../../../src/metrics/process-metrics.ts';
import type { AttributedCall, Completeness, ImdsCall } from '../../../src/model.ts';
import { scrape, seriesOf } from './scraped.ts';

const FACTS = {
  id: 'a-session',
  start: 1_700_000_000_000_000_000n,
  views: ['sockets', 'wire'],
  scope: 'container',
  attribution: 'ebpf',
  kernel: '6.1',
  logLinesLost: () => 3,
  saveLosses: () => ({ 'save.packets_cut': 2 }),
};

const COMPLETENESS: Completeness = {
  losses: { 'packets.shed': 4, 'tcp.missing_bytes': 90 },
  connections: 5,
  provableConnections: 4,
  capturedBytes: 100,
  kernelBytes: 190,
  lookups: { made: 3, found: 2 },
};

function call(more: Partial<ImdsCall>): AttributedCall {
  const address = { address: '169.254.169.254', port: 80 };
  return {
    call: {
      endpoint: { ...address, family: 4 },
      client: address,
      requestOffset: 0,
      connectionTime: 0n,
      time: 1_700_000_001_500_000_000n,
      packetNumber: 1,
      ...more,
    },
    process: {
      pid: 7,
      start: '1',
      executable: '/usr/bin/python3',
      args: ['python3', '/a"b.py'],
      ancestors: [],
    },
    attribution: { source: 'ebpf', match: 'cookie' },
    session: 'a-session',
    capture: 'live',
  };
}

async function withMetrics(use: (metrics: Metrics) => Promise<void>): Promise<void> {
  const metrics = await Metrics.open({ host: '127.0.0.1', port: 0 }, '1.2.3');
  try {
    await use(metrics);
  } finally {
    metrics.close();
  }
}

describe('metrics', () => {
  it('say what was called, by whom, and what is proven', () =>
    withMetrics(async (metrics) => {
      metrics.begin(FACTS);
      metrics.watch({ completeness: () => COMPLETENESS });
      metrics.call(call({ version: 'v1', operation: 'read', status: 200 }));
      metrics.call(call({ version: 'v1', operation: 'read', status: 404 }));
      metrics.call(call({ version: 'v2', operation: 'token', status: 200 }));
      metrics.call(call({ version: 'unknown' }));
      metrics.call(call({ operation: 'attempt' }));
      const { body } = await scrape(metrics.url);
      const series = seriesOf(body);
      const expected = {
        'imds_build_info{version="1.2.3"}': 1,
        'imds_session_info{session="a-session",views="sockets,wire",scope="container",attribution="ebpf",kernel="6.1"}': 1,
        imds_session_start_time_seconds: 1_700_000_000,
        imds_probe_up: 1,
        'imds_calls_total{version="v1",operation="read"}': 2,
        'imds_calls_total{version="v2",operation="token"}': 1,
        'imds_calls_total{version="v2",operation="read"}': 0,
        'imds_calls_total{version="unknown",operation="unknown"}': 1,
        'imds_calls_total{version="none",operation="attempt"}': 1,
        'imds_caller_calls_total{caller="python3 /a\\"b.py",version="v1",operation="read"}': 2,
        imds_caller_calls_turned_away_total: 0,
        imds_metadata_no_token_total: 1,
        'imds_last_call_timestamp_seconds{version="v1"}': 1_700_000_001.5,
        imds_connections_total: 5,
        imds_provable_connections_total: 4,
        imds_kernel_bytes_total: 190,
        imds_captured_bytes_total: 100,
        imds_missing_bytes: 90,
        'imds_losses_total{source="probe",counter="packets.shed"}': 4,
        'imds_losses_total{source="session",counter="probe.exits"}': 0,
        'imds_losses_total{source="save",counter="save.packets_cut"}': 2,
        'imds_lost_bytes_total{source="session",counter="tcp.missing_bytes"}': 90,
        'imds_lookups_total{result="found"}': 2,
        'imds_lookups_total{result="not_found"}': 1,
        imds_log_lines_lost_total: 3,
      };
      for (const [name, value] of Object.entries(expected)) assert.equal(series.get(name), value, name);
    }));

  it('say that the probe is gone, and nothing of bytes that nobody counts', () =>
    withMetrics(async (metrics) => {
      metrics.begin({ ...FACTS, views: ['wire'] });
      metrics.watch({ completeness: () => COMPLETENESS });
      const series = seriesOf((await scrape(metrics.url)).body);
      assert.equal(series.get('imds_probe_up'), 0);
      for (const name of ['imds_missing_bytes', 'imds_kernel_bytes_total', 'imds_provable_connections_total'])
        assert.equal(series.has(name), false, name);
    }));

  it('say that the probe has ended', () =>
    withMetrics(async (metrics) => {
      metrics.begin(FACTS);
      metrics.watch({ completeness: () => ({ ...COMPLETENESS, losses: { 'probe.exits': 1 } }) });
      assert.equal(seriesOf((await scrape(metrics.url)).body).get('imds_probe_up'), 0);
    }));

  it('never let a counter fall, and put themselves into words once a second', () =>
    withMetrics(async (metrics) => {
      let asked = 0;
      metrics.begin(FACTS);
      metrics.watch({ completeness: () => ({ ...COMPLETENESS, connections: asked++ === 0 ? 5 : 4 }) });
      const first = await scrape(metrics.url);
      assert.equal((await scrape(metrics.url)).body, first.body);
      assert.equal(asked, 1);
      await new Promise((resolve) => setTimeout(resolve, 1050));
      const { body } = await scrape(metrics.url);
      assert.equal(asked, 2);
      assert.equal(seriesOf(body).get('imds_connections_total'), 5);
      assert.equal(seriesOf(body).get('imds_metrics_requests_total{code="200"}'), 2);
    }));

  it('are those of docs/metrics.md, in its words', () =>
    withMetrics(async (metrics) => {
      metrics.begin(FACTS);
      metrics.watch({ completeness: () => COMPLETENESS });
      const { body } = await scrape(metrics.url);
      const told = [...body.matchAll(/^# HELP (\S+) (.*)\n# TYPE \S+ (\S+)\n((?:\1.*\n)*)/gm)].map(
        ([, name, help, type, lines]) => {
          const labels = /^\S+?\{(.*?)\} /.exec(lines ?? '')?.[1] ?? '';
          return {
            name,
            help,
            type,
            labels: [...labels.matchAll(/(\w+)="/g)].map((label) => label[1] ?? ''),
          };
        },
      );
      const page = readFileSync('docs/metrics.md', 'utf8');
      const listed = [...page.matchAll(/^\| `(\w+)` +\| (\w+) +\| (.*?) *\| (.*?) +\|$/gm)].map(
        ([, name, type, labels = '', help]) => ({
          name,
          help,
          type,
          labels: [...labels.matchAll(/`(\w+)`/g)].map((label) => label[1] ?? ''),
        }),
      );
      const words = (entries: typeof listed) =>
        entries.map(({ name, type, help }) => `${name} ${type} ${help}`);
      assert.deepEqual(words(told), words(listed));
      for (const { name, labels } of told) {
        const known = listed.find((entry) => entry.name === name);
        if (labels.length > 0) assert.deepEqual(labels, known?.labels, name);
      }
      for (const { name, help } of told) {
        assert.ok(help, name);
        assert.match(name ?? '', /^(?:imds|process|nodejs)_[a-z_]+$/);
      }
    }));

  it('keep no timer that wakes an idle host', () => {
    // The histogram of the event loop's delay would be filled by one.
    const registry = new Registry();
    addProcessMetrics(registry);
    const names = registry.getMetricsAsArray().map(({ name }) => name);
    assert.ok(names.includes('process_cpu_seconds_total'));
    assert.deepEqual(
      names.filter((name) => /lag_\w+_seconds/.test(name)),
      [],
    );
  });
});
