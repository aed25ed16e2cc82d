import type { IgnorePolicy } from '../callers/ignore.ts';
import type { ArgvPolicy } from '../live/argv-policy.ts';
import type { AttributionChoice, Capture } from '../live/attribution-choice.ts';
import type { LogFiles } from '../live/log-sink.ts';
import type { Endpoint } from '../model.ts';
import type { LogLevel } from '../report/log.ts';
import type { TimeText } from '../report/time.ts';

/** What `imds live` is asked to do. */
export interface LiveOptions {
  capture: Capture;
  attribution: AttributionChoice;
  interfaces: readonly string[];
  endpoints: readonly Endpoint[];
  jsonl: boolean;
  /** No calls on standard output, only the report at the end. */
  quiet: boolean;
  ancestors: number;
  /** Milliseconds after which it ends by itself. */
  duration: number | undefined;
  /** Nanoseconds under watch without which a host is not READY. */
  observed: bigint;
  /** Calls after which it ends by itself. */
  count: number | undefined;
  /** Capture to write; undefined for none. */
  save: string | undefined;
  /** Tokens, credentials and user data are saved as they were sent. */
  keepsSecrets: boolean;
  rotateBytes: number | undefined;
  rotateCount: number | undefined;
  /** Folder of the log files; undefined for none. */
  logFolder: string | undefined;
  logFiles: LogFiles;
  /** Time in lines on the terminal, and the least level of calls there. */
  timeText: TimeText;
  level: LogLevel;
  /** How much of the arguments of processes is recorded. */
  argv: ArgvPolicy;
  /** Callers that are known and accepted; undefined where there are none. */
  ignore: IgnorePolicy | undefined;
  /** Folder of the inventory of callers; undefined for none. */
  stateFolder: string | undefined;
  /** Account to become once everything is attached; undefined for `imds`, or an unused uid. */
  user: string | undefined;
  keepRoot: boolean;
  /** Where Prometheus may scrape; undefined for nowhere. */
  metrics: { host: string; port: number } | undefined;
  /** For service managers: end with a failure when the probe does, so that both are started afresh. */
  exitOnProbeLoss: boolean;
  /** Folder and version of the package. */
  root: string;
  version: string;
}
