import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { ImdsCommand } from '../cli/base-command.ts';
import { parseEndpoints } from '../cli/endpoint.ts';
import { endpointFlag } from '../cli/flags.ts';
import { scrub } from '../cli/scrub.ts';
import { processSurroundings } from '../cli/surroundings.ts';
import { keepYoungGenerationSmall } from '../cli/v8.ts';
import { UsageError } from '../errors.ts';

export default class Scrub extends ImdsCommand {
  static override summary = 'Write a capture that others may see, such as a vendor: without its secrets.';

  static override description =
    `Keeps what is known to be harmless, as imds live does when it saves: tokens, credentials, user data and all other bodies and values are blanked, at the same lengths and with right checksums; the arguments of processes are masked. Of packets that are not of the service, the headers stay. imds analyze finds the same callers in OUT as in IN.

OUT is a new file: pcapng, or pcap where its name says so, with the processes in OUT.correlations.jsonl. It gets its name once it is whole.

Exit status: 0 done; 1 failure; 2 usage; 4 IN is damaged (what could be read is in OUT); 130 or 143 interrupted (nothing is kept).`;

  static override examples = [
    {
      description: 'For a ticket of a vendor',
      command: '<%= config.bin %> <%= command.id %> host.pcapng for-vendor.pcapng',
    },
    {
      description: 'Without the names of roles, hosts, instances and accounts, too',
      command: '<%= config.bin %> <%= command.id %> --strict host.pcapng for-vendor.pcapng',
    },
  ];

  static override usage = '<%= command.id %> IN OUT [OPTION...]';

  static override args = {
    in: Args.string({
      description: 'Capture file, or - for standard input.',
      // A name is never read from standard input: that is where a capture may come from.
      ignoreStdin: true,
    }),
    out: Args.string({ description: 'File to write.', ignoreStdin: true }),
  };

  static override flags = {
    endpoint: endpointFlag,
    correlations: Flags.string({
      summary: 'Read the processes of the capture from FILE.',
      helpValue: 'FILE',
    }),
    strict: Flags.boolean({
      summary:
        'Replace names of roles, sessions and hosts, ids of instances and accounts, and link-layer addresses, each by another of its length.',
    }),
    force: Flags.boolean({ summary: 'Replace OUT if it exists.' }),
  };

  async run(): Promise<void> {
    // Each packet has a buffer of its own, which outlives its use until the next collection.
    keepYoungGenerationSmall();
    const { args, flags } = await this.parse(Scrub);
    if (args.in === undefined || args.out === undefined) throw missing();
    const exitCode = await scrub(
      {
        path: args.in,
        output: args.out,
        endpoints: flags.endpoint && parseEndpoints(flags.endpoint),
        correlations: flags.correlations,
        strict: flags.strict,
        force: flags.force,
      },
      processSurroundings(),
    );
    // As with analyze: an interrupted reading may still hold standard input open.
    process.exit(exitCode);
  }
}

function missing(): UsageError {
  return new UsageError('expected two files: IN, to read, and OUT, to write', {
    code: 'usage.path',
    remedy: 'For instance: imds scrub host.pcapng for-vendor.pcapng; imds scrub --help says more.',
  });
}
