import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { analyze } from '../cli/analyze.ts';
import { ImdsCommand } from '../cli/base-command.ts';
import { parseEndpoints } from '../cli/endpoint.ts';
import { endpointFlag, outputFlags, outputOptionsOf } from '../cli/flags.ts';
import { processSurroundings } from '../cli/surroundings.ts';
import { UsageError } from '../errors.ts';

export default class Analyze extends ImdsCommand {
  static override summary = 'Report who calls the metadata service, and by which version, from captures.';

  static override description =
    `Reads pcap and pcapng files, compressed with gzip or not, as their content says. Processes are named from the journal within a pcapng file, or from FILE.correlations.jsonl beside a pcap file.

Of a folder, the captures in it and in the folders in it are read, as of many hosts; with --ring, only those in it.

Files of one recording session are one capture. Others are captures of their own, unless --ring says that they are parts of one.

Exit status: 0 done; 1 failure; 2 usage; 3 a condition of --fail-on holds; 4 an input is missing or damaged (what could be read is reported); 5 something is missing on this machine; 130 or 143 interrupted (what was read is reported).`;

  static override examples = [
    { description: 'Who still uses IMDSv1?', command: '<%= config.bin %> <%= command.id %> capture.pcap' },
    {
      description: 'Calls as they happen',
      command:
        "tcpdump -i any -U -w - 'host 169.254.169.254' | <%= config.bin %> <%= command.id %> --jsonl -",
    },
    {
      description: 'For a script: fail while there are IMDSv1 calls',
      command: '<%= config.bin %> <%= command.id %> --csv -o callers.csv --fail-on v1 captures/',
    },
  ];

  static override usage = '<%= command.id %> PATH... [OPTION...]';

  static override args = {
    path: Args.string({
      description:
        'Capture file, folder of captures, or - for standard input; several are reported together.',
      multiple: true,
      // A PATH is never read from standard input: that is where a capture may come from.
      ignoreStdin: true,
    }),
  };

  static override flags = {
    endpoint: endpointFlag,
    correlations: Flags.string({
      summary: 'Read the processes of the capture from FILE.',
      helpValue: 'FILE',
    }),
    ring: Flags.boolean({
      summary: 'The files are parts of one capture, as tcpdump -C and dumpcap -b write them.',
    }),
    'cross-check': Flags.boolean({
      summary: 'Read classic pcap files with a second, independent reader too; a difference is an error.',
    }),
    ...outputFlags,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Analyze);
    if (args.path === undefined) throw noPath();
    const exitCode = await analyze(
      {
        paths: args.path,
        endpoints: flags.endpoint && parseEndpoints(flags.endpoint),
        correlations: flags.correlations,
        ring: flags.ring,
        crossCheck: flags['cross-check'],
        ...outputOptionsOf(flags),
      },
      processSurroundings(),
    );
    // Everything is written. At once, because an interrupted reading may still hold standard input open,
    // and not by oclif's exit(), which makes an error of it and spends 2 ms on its stack.
    process.exit(exitCode);
  }
}

/** Ours, because oclif would add that the PATH has to come before the options, which it need not. */
function noPath(): UsageError {
  return new UsageError('no capture to analyze', {
    code: 'usage.path',
    remedy:
      'Name a capture file, a folder of captures, or - for standard input; imds analyze --help says more.',
  });
}
