import { fileURLToPath } from 'node:url';
import * as Flags from '@oclif/core/flags';
import { ImdsCommand } from '../cli/base-command.ts';
import { configFlag, flagValues } from '../cli/config-flags.ts';
import { parseDuration } from '../cli/duration.ts';
import { endpointFlag, observedFlag, observedOf, STATE_FOLDER } from '../cli/flags.ts';
import { live } from '../cli/live.ts';
import { liveSettings } from '../cli/live-settings.ts';
import { processSurroundings } from '../cli/surroundings.ts';
import { endByHangUp, watchTerminal } from '../cli/terminal-watch.ts';
import { requireConfig } from '../config/index.ts';
import { UsageError } from '../errors.ts';

export default class Live extends ImdsCommand {
  static override summary =
    'Show every call to the metadata service on this host, with the process that made it.';

  static override description =
    `Needs root: an eBPF program sees the sockets of all processes and containers, and libpcap what passes the interfaces. What is attached is said in a line on standard error that begins "imds live: ready".

Where the probe cannot be attached, or dies, processes are looked up in /proc as connections begin; a caller that is gone before its look-up is not named.

What is not said by a flag is set by a variable of the environment, such as IMDS_LOG_FOLDER, else by the configuration, /etc/imds/imds.toml, if there is one (imds config show).

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
    config: configFlag,
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
    count: Flags.integer({
      summary: 'End with that many calls; others that came together with the last are shown, too.',
      helpValue: 'N',
      min: 1,
    }),
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
    }),
    'rotate-count': Flags.integer({
      summary: 'Keep so many files, and delete the oldest.',
      helpValue: 'N',
      min: 1,
    }),
    'keep-secrets': Flags.boolean({
      summary: 'Save tokens, credentials and user data in the capture as they were sent.',
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
    argv: Flags.option({ options: ['full', 'program', 'none'] as const })({
      summary:
        'What is recorded of the arguments of processes: all, secrets blanked; the program and its script; or nothing.',
      helpValue: 'full|program|none',
      default: 'full' as const,
    }),
    'exit-on-probe-loss': Flags.boolean({
      summary: 'End with exit code 1 if the probe dies or fails to start, for service managers.',
    }),
    metrics: Flags.string({
      summary: 'Serve metrics to Prometheus at that port, of this host alone unless an address is given.',
      helpValue: '[ADDRESS:]PORT',
    }),
    observed: observedFlag,
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
    const parsed = await this.parse(Live);
    const { flags } = parsed;
    const duration = flags.duration === undefined ? undefined : durationOf(flags.duration);
    const observed = observedOf(flags.observed);
    const config = await requireConfig({
      config: flags.config,
      env: process.env,
      flags: flagValues(parsed),
    });
    const options = {
      ...liveSettings(config),
      duration,
      observed,
      count: flags.count,
      root: fileURLToPath(new URL('../..', import.meta.url)),
      version: this.config.version,
    };
    const isHungUp = watchTerminal();
    let exitCode: number;
    try {
      exitCode = await live(options, processSurroundings());
    } finally {
      if (isHungUp()) endByHangUp();
    }
    process.exit(exitCode);
  }
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
