import * as Flags from '@oclif/core/flags';
import { ImdsCommand } from '../../cli/base-command.ts';
import { showService } from '../../cli/service.ts';
import { processSurroundings } from '../../cli/surroundings.ts';

export default class ServiceStatus extends ImdsCommand {
  static override summary = 'Show whether the service runs, since when, and what it has seen so far.';

  static override description = `Needs no root. Counts are since the service's last start, a few seconds old.

Exit status: 0 it runs and is ready; 1 failure; 2 usage; 3 it does not run, or is not ready; 5 no systemd.`;

  static override examples = [
    { description: 'For a script', command: '<%= config.bin %> <%= command.id %> --json' },
  ];

  static override flags = {
    json: Flags.boolean({ summary: 'As JSON.' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(ServiceStatus);
    process.exitCode = await showService(flags.json, processSurroundings());
  }
}
