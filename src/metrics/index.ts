import { Registry } from 'prom-client';
import type { AttributedCall, Completeness } from '../model.ts';
import type { Sink } from '../ports.ts';
import { CallMetrics } from './call-metrics.ts';
import { countedElsewhere } from './counted-elsewhere.ts';
import { addProcessMetrics } from './process-metrics.ts';
import { type ListenAddress, MetricsServer } from './server.ts';
import { addSessionMetrics, type SessionFacts, type SessionState } from './session-metrics.ts';

/** However often it is asked, the metrics are put into words no more than once in so many milliseconds. */
const FRESH_MS = 1000;

/** The part of a run's standing that metrics are made of. */
interface Standing {
  completeness(): Completeness;
}

/** Metrics of one session, for Prometheus to scrape. */
export class Metrics implements Sink, SessionState {
  readonly #registry = new Registry();
  readonly #calls: CallMetrics;
  readonly #server: MetricsServer;
  #facts: SessionFacts | undefined;
  #standing: Standing | undefined;
  /** Of the scrape that goes on. */
  #completeness: Completeness | undefined;
  #rendered: { text: Promise<string>; time: number } | undefined;

  private constructor(server: MetricsServer, version: string) {
    this.#server = server;
    addSessionMetrics(this.#registry, version, this);
    this.#calls = new CallMetrics(this.#registry);
    addServerMetrics(this.#registry, server);
    addProcessMetrics(this.#registry);
  }

  /** @throws PrerequisiteError where the address cannot be had */
  static async open(address: ListenAddress, version: string): Promise<Metrics> {
    return new Metrics(await MetricsServer.listen(address), version);
  }

  /** Where they are. */
  get url(): string {
    return `http://${this.#server.address}/metrics`;
  }

  get facts(): SessionFacts | undefined {
    return this.#facts;
  }

  completeness(): Completeness | undefined {
    return this.#completeness;
  }

  /** Everything is attached and root is given up: scrapers are answered. */
  begin(facts: SessionFacts): void {
    this.#facts = facts;
    this.#server.begin({
      contentType: this.#registry.contentType,
      metrics: () => this.#render(),
      isReady: () => this.#standing !== undefined,
    });
  }

  /** The journal has begun. */
  watch(standing: Standing): void {
    this.#standing = standing;
  }

  call(call: AttributedCall): void {
    this.#calls.add(call);
  }

  /** Scrapers hold nothing back. */
  ready(): undefined {
    return undefined;
  }

  /** Until the process ends, it is asked in vain. */
  async end(): Promise<void> {
    this.close();
  }

  close(): void {
    this.#server.close();
  }

  #render(): Promise<string> {
    const time = performance.now();
    if (this.#rendered === undefined || time - this.#rendered.time >= FRESH_MS) {
      this.#completeness = this.#standing?.completeness();
      this.#rendered = { text: this.#registry.metrics(), time };
    }
    return this.#rendered.text;
  }
}

function addServerMetrics(registry: Registry, server: MetricsServer): void {
  countedElsewhere(
    registry,
    {
      name: 'imds_metrics_requests_total',
      help: 'Requests to this server, by the status of the answer.',
      labelNames: ['code'],
    },
    () => [...server.answered].map(([status, count]) => [{ code: String(status) }, count]),
  );
  countedElsewhere(
    registry,
    {
      name: 'imds_metrics_connections_refused_total',
      help: 'Connections to this server that came to nothing, and why.',
      labelNames: ['reason'],
    },
    () => Object.entries(server.refused).map(([reason, count]) => [{ reason }, count]),
  );
}
