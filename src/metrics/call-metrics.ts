import { Counter, Gauge, type Registry } from 'prom-client';
import type { AttributedCall, ImdsVersion, Operation } from '../model.ts';
import { CallerLabels } from './caller-labels.ts';
import { countedElsewhere } from './counted-elsewhere.ts';

/** What an attempt has, on which no request was sent: it has no version. */
const NO_VERSION = 'none';
/** What could not be read has no operation. */
const NO_OPERATION = 'unknown';

/** There from the start, at 0: Prometheus does not see the step of a series that begins at 1. */
const EXPECTED: readonly [ImdsVersion | typeof NO_VERSION, Operation | typeof NO_OPERATION][] = [
  ['v1', 'read'],
  ['v2', 'read'],
  ['v2', 'token'],
  ['foreign', 'read'],
  ['unknown', NO_OPERATION],
  [NO_VERSION, 'attempt'],
];

/** Counts calls, one by one. */
export class CallMetrics {
  readonly #labels = new CallerLabels();
  readonly #calls: Counter<'version' | 'operation'>;
  readonly #ofCallers: Counter<'caller' | 'version' | 'operation'>;
  readonly #noToken: Counter;
  readonly #last: Gauge<'version'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#calls = new Counter({
      name: 'imds_calls_total',
      help: 'Calls to the metadata service.',
      labelNames: ['version', 'operation'],
      registers,
    });
    for (const [version, operation] of EXPECTED) this.#calls.inc({ version, operation }, 0);
    this.#ofCallers = new Counter({
      name: 'imds_caller_calls_total',
      help: 'Calls by the program that made them; other for those beyond the maximum of callers.',
      labelNames: ['caller', 'version', 'operation'],
      registers,
    });
    countedElsewhere(
      registry,
      {
        name: 'imds_caller_calls_turned_away_total',
        help: 'Calls counted under the caller other, for want of room for their own.',
        labelNames: [],
      },
      () => [[{}, this.#labels.turnedAway]],
    );
    this.#noToken = new Counter({
      name: 'imds_metadata_no_token_total',
      help: "Calls without a token that succeeded, as CloudWatch's MetadataNoToken counts them.",
      registers,
    });
    this.#last = new Gauge({
      name: 'imds_last_call_timestamp_seconds',
      help: 'When the latest call was made.',
      labelNames: ['version'],
      registers,
    });
  }

  add({ call, process }: AttributedCall): void {
    const version = call.version ?? NO_VERSION;
    const operation = call.operation ?? NO_OPERATION;
    this.#calls.inc({ version, operation });
    this.#ofCallers.inc({ caller: this.#labels.of(process), version, operation });
    const { status = 0 } = call;
    if (version === 'v1' && status >= 200 && status < 300) this.#noToken.inc();
    this.#last.set({ version }, Number(call.time) / 1e9);
  }
}
