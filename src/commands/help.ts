import * as Args from '@oclif/core/args';
import { Command } from '@oclif/core/command';
import { loadHelpClass } from '@oclif/core/help';

export default class Help extends Command {
  static override summary = 'Show what a command does, and its options.';

  static override args = {
    command: Args.string({ description: 'Command to explain.', ignoreStdin: true }),
  };

  async run(): Promise<void> {
    const { args } = await this.parse(Help);
    const HelpPage = await loadHelpClass(this.config);
    const page = new HelpPage(this.config, this.config.pjson.oclif.helpOptions);
    await page.showHelp(args.command === undefined ? [] : [args.command]);
  }
}
