import { fileURLToPath } from 'node:url';
import * as Flags from '@oclif/core/flags';
import { ImdsCommand } from '../cli/base-command.ts';
import { parseDuration } from '../cli/duration.ts';
import { DEFAULT_ENDPOINTS, parseEndpoint } from '../cli/endpoint.ts';
import { endpointFlag, STATE_FOLDER } from '../cli/flags.ts';
import { parseListenAddress } from '../cli/listen-address.ts';
import { live } from '../cli/live.ts';
import { processSurroundings } from '../cli/surroundings.ts';
import { UsageError } from '../errors.ts';

export default class Live extends ImdsCommand {
  static override summary =
    'Show every call to the metadata service on this host, with the process that made it.';

  static override description =
    `Needs root: an eBPF program sees the sockets of all processes and containers, and libpcap what passes the interfaces. What is attached is said in a line on standard error that begins "imds live: ready".

Where the probe cannot be attached, or dies, processes are looked up in /proc as connections begin; a caller that is gone before its look-up is not named.

Ends with Ctrl-C, and then prints who called, what is proven, and what is not.

Exit status: 0 done; 1 failure; 2 usage; 5 a privilege, a kernel feature or a library is missing.`;

  static override examples = [
    {
      description: 'Who calls, for an hour',
      command: 'sudo <%= config.bin %> <%= command.id %> --duration 1h',
    },
    {
      description: 'Calls as JSON Lines, of sockets alone',
      command: 'sudo <%= config.bin %> <%= command.id %> --jsonl --capture sockets',
    },
  ];

  static override flags = {
    capture: Flags.option({ options: ['both', 'sockets', 'wire'] as const })({
      summary: 'What witnesses the traffic: the sockets (eBPF), the interfaces (libpcap), or both.',
      helpValue: 'both|sockets|wire',
      default: 'both' as const,
    }),
    attribution: Flags.option({ options: ['auto', 'ebpf', 'procfs', 'off'] as const })({
      summary:
        'How processes are found: by the probe, by look-ups in /proc with the wire alone, or not at all; auto is the probe, and look-ups where it is missing or dies.',
      helpValue: 'auto|ebpf|procfs|off',
      default: 'auto' as const,
    }),
    interface: Flags.string({
      char: 'i',
      summary: 'Interface to capture from; repeatable.',
      helpValue: 'NAME',
      multiple: true,
      multipleNonGreedy: true,
      default: ['any'],
    }),
    endpoint: endpointFlag,
    duration: Flags.string({ summary: 'End after that time: 30s, 5m, 2h.', helpValue: 'TIME' }),
    count: Flags.integer({ summary: 'End after that many calls.', helpValue: 'N', min: 1 }),
    jsonl: Flags.boolean({
      summary: 'Calls as JSON Lines (Elastic Common Schema); the report on standard error.',
    }),
    write: Flags.string({
      char: 'w',
      summary: 'Save packets and processes to FILE, secrets blanked: pcapng, or pcap where the name says so.',
      helpValue: 'FILE',
    }),
    'rotate-size': Flags.string({
      summary: 'Begin another file (FILE_00002 …) at that size: 50MB, 1GB.',
      helpValue: 'SIZE',
      dependsOn: ['write'],
    }),
    'rotate-count': Flags.integer({
      summary: 'Keep so many files, and delete the oldest.',
      helpValue: 'N',
      min: 1,
      dependsOn: ['rotate-size'],
    }),
    'log-dir': Flags.string({
      summary: 'Folder of the logs imds-trace.log and imds-calls.jsonl.',
      helpValue: 'FOLDER',
      default: '/var/log/imds',
    }),
    'no-log': Flags.boolean({ summary: 'Write no log files.', exclusive: ['log-dir'] }),
    'state-dir': Flags.string({
      summary: 'Folder of imds-callers.json, the callers that were ever seen.',
      helpValue: 'FOLDER',
      default: STATE_FOLDER,
    }),
    'no-state': Flags.boolean({ summary: 'Keep no inventory of callers.', exclusive: ['state-dir'] }),
    user: Flags.string({
      summary: 'Account to become once everything is attached; imds if there is one, else an unused uid.',
      helpValue: 'NAME',
      exclusive: ['keep-root'],
    }),
    'keep-root': Flags.boolean({ summary: 'Stay root.' }),
    'exit-on-probe-loss': Flags.boolean({
      summary: 'End with exit code 1 if the probe dies or fails to start, for service managers.',
    }),
    metrics: Flags.string({
      summary: 'Serve metrics to Prometheus at that port, of this host alone unless an address is given.',
      helpValue: '[ADDRESS:]PORT',
    }),
    quiet: Flags.boolean({ summary: 'No calls, only the report at the end.' }),
    ancestors: Flags.integer({
      summary: 'Ancestors of the calling process that a line names.',
      helpValue: 'N',
      default: 3,
      min: 0,
      max: 1000,
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Live);
    const duration = flags.duration === undefined ? undefined : durationOf(flags.duration);
    const exitCode = await live(
      {
        capture: flags.capture,
        attribution: flags.attribution,
        interfaces: flags.interface,
        endpoints: flags.endpoint?.map(parseEndpoint) ?? DEFAULT_ENDPOINTS,
        jsonl: flags.jsonl,
        quiet: flags.quiet,
        save: flags.write,
        rotateBytes: flags['rotate-size'] === undefined ? undefined : bytesOf(flags['rotate-size']),
        rotateCount: flags['rotate-count'],
        logFolder: flags['no-log'] ? undefined : flags['log-dir'],
        stateFolder: flags['no-state'] ? undefined : flags['state-dir'],
        user: flags.user,
        keepRoot: flags['keep-root'],
        metrics: flags.metrics === undefined ? undefined : parseListenAddress(flags.metrics),
        exitOnProbeLoss: flags['exit-on-probe-loss'],
        ancestors: flags.ancestors,
        duration,
        count: flags.count,
        root: fileURLToPath(new URL('../..', import.meta.url)),
        version: this.config.version,
      },
      processSurroundings(),
    );
    process.exit(exitCode);
  }
}

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1e3, M: 1e6, G: 1e9 };

function bytesOf(text: string): number {
  const [, amount = '', unit = ''] = /^(\d{1,9})([kMG]?)B?$/.exec(text) ?? [];
  const bytes = Number(amount) * (UNITS[unit] ?? 1);
  if (amount !== '' && bytes >= 10_000) return bytes;
  throw new UsageError(`--rotate-size ${text}: not a size of at least 10 kB`, {
    code: 'usage.rotate_size',
    remedy: 'Give a number and a unit: 500kB, 50MB, 1GB.',
  });
}

/** setTimeout takes no more milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

function durationOf(text: string): number {
  const duration = parseDuration(text);
  if (duration !== undefined && duration <= LONGEST_TIMER) return duration;
  throw new UsageError(`--duration ${text}: not a time`, {
    code: 'usage.duration',
    remedy: 'Give a number and a unit, up to 24 days: 30s, 5m, 2h.',
  });
}
