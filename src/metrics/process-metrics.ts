import { collectDefaultMetrics, type Registry } from 'prom-client';

/** The longest that a timer of Node waits, in milliseconds: 24 days. */
const SELDOM_MS = 2 ** 31 - 1;

/**
 * Of prom-client's default metrics, those that are kept: all of the process, and of Node what tells why it takes
 * time or memory. Not kept are details of V8's heap, and gauges whose names end in `_total`.
 */
const KEPT =
  /^(?:process_|nodejs_(?:eventloop_lag_seconds|heap_size_\w+_bytes|external_memory_bytes|gc_duration_seconds|version_info)$)/;

/**
 * Metrics of this process, which are read when they are scraped; those of garbage collection are counted as it
 * happens. prom-client's histogram of the event loop's delay is left out: it is filled by a timer, which would wake
 * an idle host a hundred times a second. It cannot be turned off, so its timer is set to a time that is not reached.
 */
export function addProcessMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: SELDOM_MS });
  for (const { name } of registry.getMetricsAsArray()) {
    if (isDefault(name) && !KEPT.test(name)) registry.removeSingleMetric(name);
  }
}

function isDefault(name: string): boolean {
  return name.startsWith('nodejs_') || name.startsWith('process_');
}
