import * as Args from '@oclif/core/args';
import { loadHelpClass } from '@oclif/core/help';
import { ImdsCommand } from '../cli/base-command.ts';
import { tooMuch, unknownCommand } from '../cli/unknown-command.ts';

export default class Help extends ImdsCommand {
  static override summary = 'Show what a command does, and its options.';

  static override args = {
    command: Args.string({ description: 'Command to explain.', multiple: true, ignoreStdin: true }),
  };

  async run(): Promise<void> {
    const { args } = await this.parse(Help);
    const words = args.command ?? [];
    const unknown = unknownCommand(words, this.config) ?? tooMuch(words, this.config)?.error;
    if (unknown !== undefined) throw unknown;
    const HelpPage = await loadHelpClass(this.config);
    const page = new HelpPage(this.config, this.config.pjson.oclif.helpOptions);
    await page.showHelp([...words]);
  }
}
