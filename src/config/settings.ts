export { IGNORE_CONDITIONS } from '../callers/ignore.ts';

import {
  accountName,
  boolean,
  choice,
  endpoint,
  fileName,
  integer,
  interfaceName,
  type Kind,
  list,
  listenAddress,
  logSize,
  optionalPath,
  optionalSize,
  path,
  timeFormat,
} from './kinds.ts';

/** One setting: schema, default configuration and documentation are made of this. */
export interface Setting<T> {
  kind: Kind<T>;
  default: T;
  /** One or two sentences, for the default configuration and docs/configuration.md. */
  about: string;
  /** Flag of `imds live` that says the same. */
  flag?: string;
}

const LEVELS = ['info', 'warning', 'error'] as const;
/** The least level that is written. */
export type Level = (typeof LEVELS)[number];

/** How much of the arguments of processes is recorded. */
export type ArgvPolicy = 'full' | 'program' | 'none';

const level = choice(...LEVELS);
const backups = integer(0, 1000);

function setting<T>(kind: Kind<T>, standard: T, about: string, flag?: string): Setting<T> {
  return flag === undefined ? { kind, default: standard, about } : { kind, default: standard, about, flag };
}

/** By key: the tables of the file, a dot between them. In the order in which they are documented. */
export const SETTINGS = {
  'capture.endpoints': setting(
    list(endpoint),
    ['169.254.169.254:80', '[fd00:ec2::254]:80'] as readonly string[],
    'Addresses of the metadata service; without a port, 80.',
    'endpoint',
  ),
  'capture.interfaces': setting(
    list(interfaceName),
    ['any'] as readonly string[],
    'Interfaces that the wire is watched on.',
    'interface',
  ),
  'capture.views': setting(
    choice('both', 'sockets', 'wire'),
    'both',
    'What witnesses the traffic: the sockets (eBPF), the wire (libpcap), or both.',
    'capture',
  ),
  'capture.attribution': setting(
    choice('auto', 'ebpf', 'procfs', 'off'),
    'auto',
    'How processes are found: by the probe, by look-ups in /proc with the wire alone, or not at all.',
    'attribution',
  ),
  'capture.exit_on_probe_loss': setting(
    boolean,
    false,
    'Ends with exit code 1 if the probe dies, so that a service manager starts both afresh.',
    'exit-on-probe-loss',
  ),
  'capture.file': setting(
    optionalPath,
    '',
    'Saves packets and processes there, secrets blanked; "" saves none.',
    'write',
  ),
  'capture.rotate_size': setting(
    optionalSize,
    '',
    'Begins another file of packets at that size; "" keeps to one.',
    'rotate-size',
  ),
  'capture.rotate_count': setting(
    integer(0, 1_000_000),
    0,
    'Keeps so many files of packets and deletes the oldest; 0 keeps all.',
    'rotate-count',
  ),
  'capture.keep_secrets': setting(
    boolean,
    false,
    'Saves tokens, credentials and user data as they were sent, instead of blanking them.',
    'keep-secrets',
  ),
  'process.argv': setting(
    choice('full', 'program', 'none'),
    'full',
    'Of the arguments of processes, what is recorded at all: in full (secrets are blanked), the program and its script alone, or none.',
    'argv',
  ),
  'process.ancestors': setting(
    integer(0, 1000),
    3,
    'Ancestors of the calling process that a line of the log names.',
    'ancestors',
  ),
  'terminal.enabled': setting(
    boolean,
    true,
    'Calls on standard output as they come; without it, only the report at the end.',
    'quiet',
  ),
  'terminal.format': setting(
    choice('log', 'jsonl'),
    'log',
    'Lines of the log, or JSON Lines with the report on standard error.',
    'jsonl',
  ),
  'terminal.level': setting(
    level,
    'info',
    'What is shown: all; IMDSv1 and what could not be read (warning); or the latter alone (error).',
  ),
  'log.enabled': setting(boolean, true, 'Log files; without it, neither of the two.', 'no-log'),
  'log.folder': setting(path, '/var/log/imds', 'Folder of the log files; of imds alone.', 'log-dir'),
  'log.time_format': setting(
    timeFormat,
    '%Y-%m-%dT%H:%M:%S',
    'Local time in lines of the trace log and on the terminal, as strftime(3) writes it; `imds report` reads the trace log in the default format alone.',
  ),
  'log.trace.enabled': setting(boolean, true, 'The log that aws-imds-packet-analyzer wrote, line by line.'),
  'log.trace.file': setting(fileName, 'imds-trace.log', 'Name of the trace log.'),
  'log.trace.level': setting(
    level,
    'info',
    'What is logged: all; IMDSv1 and what could not be read (warning); or the latter alone (error).',
  ),
  'log.trace.max_size': setting(logSize, '1MB', 'Size at which it is rolled over; "0" for never.'),
  'log.trace.backups': setting(backups, 5, 'Rolled files that are kept beside it.'),
  'log.events.enabled': setting(
    boolean,
    true,
    'Calls as JSON Lines, from which `imds report` makes its verdict; so it has no level.',
  ),
  'log.events.file': setting(fileName, 'imds-calls.jsonl', 'Name of the file of events.'),
  'log.events.max_size': setting(logSize, '10MB', 'Size at which it is rolled over; "0" for never.'),
  'log.events.backups': setting(backups, 5, 'Rolled files that are kept beside it.'),
  'inventory.enabled': setting(boolean, true, 'The callers that were ever seen, for 90 days.', 'no-state'),
  'inventory.folder': setting(path, '/var/lib/imds', 'Folder of the inventory; of imds alone.', 'state-dir'),
  'account.user': setting(
    accountName,
    '',
    'Account to become once everything is attached; "" for imds if there is one, else an unused uid.',
    'user',
  ),
  'account.keep_root': setting(boolean, false, 'Stays root.', 'keep-root'),
  'metrics.listen': setting(
    listenAddress,
    '',
    'Where Prometheus may scrape metrics; "" for nowhere.',
    'metrics',
  ),
} as const;

export type Key = keyof typeof SETTINGS;

type ValueOf<S> = S extends Setting<infer T> ? T : never;

/** A value for each setting. */
export type Values = { readonly [K in Key]: ValueOf<(typeof SETTINGS)[K]> };

export const KEYS = Object.keys(SETTINGS) as readonly Key[];

export function isKey(name: string): name is Key {
  return Object.hasOwn(SETTINGS, name);
}

/** `IMDS_LOG_TRACE_MAX_SIZE` of `log.trace.max_size`. */
export function variableOf(key: string): string {
  return `IMDS_${key.toUpperCase().replaceAll('.', '_')}`;
}

/** Where the configuration is, unless told. */
export const CONFIG_FILE = '/etc/imds/imds.toml';
/** Names another, as --config does. */
export const CONFIG_VARIABLE = 'IMDS_CONFIG';
/** In place of a file's name: none is read. */
export const NO_CONFIG = 'none';
