import { fileURLToPath } from 'node:url';
import * as Flags from '@oclif/core/flags';
import { ImdsCommand } from '../../cli/base-command.ts';
import { dryRunFlag, rootFlag } from '../../cli/flags.ts';
import { installService } from '../../cli/service.ts';
import { processSurroundings } from '../../cli/surroundings.ts';

export default class ServiceInstall extends ImdsCommand {
  static override summary = 'Watch this host from its boot on: install imds live as a service of systemd.';

  static override description =
    `Writes /etc/systemd/system/imds.service, enables and starts it. Where a package brought the unit, nothing is written. What is so already is left as it is, and so is a unit that somebody else wrote or changed.

The service starts before the network does, so that cloud-init's calls are seen. Logs are in /var/log/imds, the inventory of callers in /var/lib/imds.

Exit status: 0 done; 1 failure; 2 usage, or a unit of somebody else is in its place; 5 no systemd (a dry run shows its steps all the same), no root, or a program that others could change.`;

  static override examples = [
    { description: 'See what it would do', command: '<%= config.bin %> <%= command.id %> --dry-run' },
    {
      description: 'Into an image that is being built',
      command: '<%= config.bin %> <%= command.id %> --root /mnt/image --program /opt/imds/bin/imds',
    },
  ];

  static override flags = {
    'dry-run': dryRunFlag,
    root: rootFlag,
    program: Flags.string({
      summary: 'The imds that the service starts, as the host or image sees it; this one unless told.',
      helpValue: 'FILE',
    }),
    'replace-predecessor': Flags.boolean({
      summary: 'Stop and disable imds_tracer_tool.service of aws-imds-packet-analyzer; its logs are kept.',
    }),
    force: Flags.boolean({ summary: 'Write over a unit that somebody else wrote or changed.' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(ServiceInstall);
    await installService(
      {
        image: flags.root,
        program: flags.program,
        dryRun: flags['dry-run'],
        force: flags.force,
        replacePredecessor: flags['replace-predecessor'],
        root: fileURLToPath(new URL('../../..', import.meta.url)),
      },
      processSurroundings(),
    );
  }
}
