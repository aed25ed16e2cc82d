import type { Config, Values } from '../config/index.ts';
import { bytesOf } from '../config/kinds.ts';
import { UsageError } from '../errors.ts';
import type { LogFiles } from '../live/log-sink.ts';
import { timeTextOf } from '../report/time.ts';
import { ignorePolicy } from './config-flags.ts';
import { parseEndpoints } from './endpoint.ts';
import { parseListenAddress } from './listen-address.ts';
import type { LiveOptions } from './live-options.ts';

/** What of a session is a setting of the configuration. */
type Settled = Omit<LiveOptions, 'duration' | 'observed' | 'count' | 'root' | 'version'>;

/** @throws UsageError for what a flag says wrongly */
export function liveSettings({ values, rules, sources }: Config): Settled {
  const logs = logFiles(values);
  const keepsLog = values['log.enabled'] && (logs.trace !== undefined || logs.events !== undefined);
  const isDefault = sources['capture.endpoints'].origin === 'default';
  return {
    capture: values['capture.views'],
    attribution: values['capture.attribution'],
    interfaces: values['capture.interfaces'],
    endpoints: parseEndpoints(isDefault ? undefined : values['capture.endpoints']),
    exitOnProbeLoss: values['capture.exit_on_probe_loss'],
    save: captureFile(values['capture.file']),
    keepsSecrets: values['capture.keep_secrets'],
    rotateBytes: rotateBytes(values['capture.rotate_size']),
    rotateCount: values['capture.rotate_count'] || undefined,
    argv: values['process.argv'],
    ancestors: values['process.ancestors'],
    quiet: !values['terminal.enabled'],
    jsonl: values['terminal.format'] === 'jsonl',
    level: values['terminal.level'],
    timeText: timeTextOf(values['log.time_format']),
    logFolder: keepsLog ? values['log.folder'] : undefined,
    logFiles: logs,
    stateFolder: values['inventory.enabled'] ? values['inventory.folder'] : undefined,
    user: values['account.user'] || undefined,
    keepRoot: values['account.keep_root'],
    metrics: listenAddress(values['metrics.listen']),
    ignore: ignorePolicy(rules),
  };
}

function captureFile(path: string): string | undefined {
  if (path !== '-') return path || undefined;
  throw new UsageError('-w -: a capture is not written to standard output, where the calls are', {
    code: 'usage.capture_file',
    remedy: 'Give the name of a file; ./- is one.',
  });
}

function listenAddress(text: string): LiveOptions['metrics'] {
  return text === '' ? undefined : parseListenAddress(text);
}

function logFiles(values: Values): LogFiles {
  const trace = {
    name: values['log.trace.file'],
    maxBytes: logBytes(values['log.trace.max_size']),
    keep: values['log.trace.backups'],
    level: values['log.trace.level'],
    timeText: timeTextOf(values['log.time_format']),
  };
  const events = {
    name: values['log.events.file'],
    maxBytes: logBytes(values['log.events.max_size']),
    keep: values['log.events.backups'],
  };
  return {
    trace: values['log.trace.enabled'] ? trace : undefined,
    events: values['log.events.enabled'] ? events : undefined,
  };
}

/** `0` is for never. */
function logBytes(size: string): number {
  return bytesOf(size) ?? Number.POSITIVE_INFINITY;
}

function rotateBytes(size: string): number | undefined {
  const bytes = bytesOf(size);
  if (size === '' || bytes !== undefined) return bytes;
  throw new UsageError(`--rotate-size ${size}: not a size of at least 10 kB`, {
    code: 'usage.rotate_size',
    remedy: 'Give a number and a unit: 500kB, 50MB, 1GB.',
  });
}
