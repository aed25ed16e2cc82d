import * as Flags from '@oclif/core/flags';
import { ImdsCommand } from '../../cli/base-command.ts';
import { dryRunFlag, rootFlag } from '../../cli/flags.ts';
import { uninstallService } from '../../cli/service.ts';
import { processSurroundings } from '../../cli/surroundings.ts';

export default class ServiceUninstall extends ImdsCommand {
  static override summary = 'Stop the service, and remove what imds service install wrote.';

  static override description =
    `Logs and inventory stay, unless --purge is given. The unit of a package stays too, disabled: it goes with the package. A unit that somebody else wrote or changed is left as it is.

Exit status: 0 done; 1 failure; 2 usage, or the unit is somebody else's; 5 no systemd, or no root.`;

  static override examples = [
    { description: 'See what it would do', command: '<%= config.bin %> <%= command.id %> --dry-run' },
    {
      description: 'With all that it has recorded',
      command: 'sudo <%= config.bin %> <%= command.id %> --purge',
    },
  ];

  static override flags = {
    'dry-run': dryRunFlag,
    root: rootFlag,
    purge: Flags.boolean({ summary: 'Remove the logs and the inventory, too.' }),
    force: Flags.boolean({ summary: 'Remove a unit that somebody else wrote or changed.' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(ServiceUninstall);
    await uninstallService(
      { image: flags.root, dryRun: flags['dry-run'], force: flags.force, purge: flags.purge },
      processSurroundings(),
    );
  }
}
