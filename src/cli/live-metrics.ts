import { release } from 'node:os';
import type { SessionRecord } from '../bpf/records.ts';
import type { LogSink } from '../live/log-sink.ts';
import type { SessionSaver } from '../live/save/session-saver.ts';
import type { Metrics } from '../metrics/index.ts';
import type { LiveOptions } from './live-options.ts';

/**
 * The metrics of `--metrics`, which listen and do not answer yet; undefined where none are asked for, and then
 * nothing of them is loaded.
 *
 * @throws PrerequisiteError where the address cannot be had
 */
export async function openMetrics({
  metrics: address,
  version,
}: Pick<LiveOptions, 'metrics' | 'version'>): Promise<Metrics | undefined> {
  if (address === undefined) return undefined;
  const { Metrics } = await import('../metrics/index.ts');
  return Metrics.open(address, version);
}

/** Root is given up: scrapers are answered, from this session. */
export function beginMetrics(
  metrics: Metrics,
  { session, time, views, scope = 'host', attribution }: SessionRecord,
  { logs, saver }: { logs: LogSink | undefined; saver: SessionSaver | undefined },
): void {
  metrics.begin({
    id: session,
    start: BigInt(time),
    views,
    scope,
    attribution,
    kernel: release(),
    logLinesLost: () => logs?.lostLines ?? 0,
    saveLosses: () => saver?.losses ?? {},
  });
}
