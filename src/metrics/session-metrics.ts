import { Gauge, type Registry } from 'prom-client';
import type { Completeness, Counters, Nanoseconds } from '../model.ts';
import { countedElsewhere } from './counted-elsewhere.ts';

/** What is known of a session when it begins. */
export interface SessionFacts {
  id: string;
  start: Nanoseconds;
  views: readonly string[];
  attribution: string;
  /** Whose sockets are watched: of the whole `host`, or of the `container` alone that imds is in. */
  scope: string;
  kernel: string;
  /** Lines that will never be in the log files. */
  logLinesLost(): number;
  /** What a capture that is being saved lacks. */
  saveLosses(): Readonly<Counters>;
}

/** What is asked of the session when it is scraped. */
export interface SessionState {
  readonly facts: SessionFacts | undefined;
  /** Undefined before the journal has begun. */
  completeness(): Completeness | undefined;
}

/** Parts of the names under which imds-probe counts (docs/records.md). */
const OF_PROBE = new Set(['packets', 'events', 'processes', 'sockets', 'journal']);

/** What the session says of itself: what it is, what it can prove and what it lost. */
export function addSessionMetrics(registry: Registry, version: string, state: SessionState): void {
  addInfo(registry, version, state);
  addProof(registry, state);
  addLosses(registry, state);
}

function addInfo(registry: Registry, version: string, state: SessionState): void {
  const registers = [registry];
  new Gauge({
    name: 'imds_build_info',
    help: 'Always 1; the version of imds.',
    labelNames: ['version'],
    registers,
  }).set({ version }, 1);
  new Gauge({
    name: 'imds_session_info',
    help: 'Always 1; the session, the views that witness traffic, whose sockets they see, and how processes are found.',
    labelNames: ['session', 'views', 'scope', 'attribution', 'kernel'],
    registers,
    collect() {
      const { facts } = state;
      if (facts === undefined) return;
      const { id: session, views, scope, attribution, kernel } = facts;
      this.set({ session, views: views.join(','), scope, attribution, kernel }, 1);
    },
  });
  gauge(registry, 'imds_session_start_time_seconds', 'When the session began.', () =>
    state.facts === undefined ? undefined : Number(state.facts.start) / 1e9,
  );
  gauge(
    registry,
    'imds_probe_up',
    'Whether the eBPF probe is attached; 0 also where it could not be.',
    () => {
      const { facts } = state;
      if (facts === undefined) return undefined;
      const hasEnded = (state.completeness()?.losses['probe.exits'] ?? 0) > 0;
      return facts.views.includes('sockets') && !hasEnded ? 1 : 0;
    },
  );
}

function addProof(registry: Registry, state: SessionState): void {
  /** Without the sockets' view nobody counts what should be there. */
  const counted = () => {
    const { facts } = state;
    return facts?.views.includes('sockets') ? state.completeness() : undefined;
  };
  const single = (name: string, help: string, read: () => number | undefined) =>
    countedElsewhere(registry, { name, help, labelNames: [] }, () => {
      const count = read();
      return count === undefined ? [] : [[{}, count]];
    });
  single(
    'imds_connections_total',
    'Connections to the metadata service.',
    () => state.completeness()?.connections,
  );
  single(
    'imds_provable_connections_total',
    'Of those, connections whose bytes the kernel counted.',
    () => counted()?.provableConnections,
  );
  single(
    'imds_kernel_bytes_total',
    'Payload bytes that the kernel counted on provable connections.',
    () => counted()?.kernelBytes,
  );
  single('imds_captured_bytes_total', 'Of those, bytes that were captured.', () => counted()?.capturedBytes);
  gauge(
    registry,
    'imds_missing_bytes',
    'Bytes that the kernel counted and that were not captured; what arrives late is taken off again.',
    () => {
      const proof = counted();
      return proof && Math.max(0, proof.kernelBytes - proof.capturedBytes);
    },
  );
}

function addLosses(registry: Registry, state: SessionState): void {
  const losses = function* (wanted: (counter: string) => boolean) {
    const { facts } = state;
    if (facts === undefined) return;
    const all = { 'probe.exits': 0, ...state.completeness()?.losses };
    for (const [counter, count] of Object.entries(all)) {
      if (wanted(counter)) yield entry(sourceOf(counter), counter, count);
    }
    for (const [counter, count] of Object.entries(facts.saveLosses())) {
      if (wanted(counter)) yield entry('save', counter, count);
    }
  };
  const labelNames = ['source', 'counter'] as const;
  const isBytes = (counter: string) => counter.endsWith('_bytes');
  countedElsewhere(
    registry,
    { name: 'imds_losses_total', help: 'What was lost, cut or turned away, by its name.', labelNames },
    () => losses((counter) => !isBytes(counter)),
  );
  countedElsewhere(
    registry,
    { name: 'imds_lost_bytes_total', help: 'The same, where bytes are counted.', labelNames },
    () => losses(isBytes),
  );
  countedElsewhere(
    registry,
    { name: 'imds_lookups_total', help: 'Look-ups of processes in /proc.', labelNames: ['result'] },
    () => {
      const { made, found } = state.completeness()?.lookups ?? { made: 0, found: 0 };
      return [
        [{ result: 'found' }, found],
        [{ result: 'not_found' }, made - found],
      ];
    },
  );
  countedElsewhere(
    registry,
    {
      name: 'imds_log_lines_lost_total',
      help: 'Lines that could not be written to the log files.',
      labelNames: [],
    },
    () => [[{}, state.facts?.logLinesLost() ?? 0]],
  );
}

type Source = 'probe' | 'session' | 'save';

function entry(
  source: Source,
  counter: string,
  count: number,
): [Record<'source' | 'counter', string>, number] {
  return [{ source, counter }, count];
}

function sourceOf(counter: string): Source {
  return OF_PROBE.has(counter.split('.')[0] ?? '') ? 'probe' : 'session';
}

function gauge(registry: Registry, name: string, help: string, read: () => number | undefined): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      const value = read();
      if (value === undefined) this.remove();
      else this.set(value);
    },
  });
}
