import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { ImdsCommand } from '../../cli/base-command.ts';
import { checkConfig } from '../../cli/config.ts';
import { configFlag } from '../../cli/config-flags.ts';
import { processSurroundings } from '../../cli/surroundings.ts';
import { UsageError } from '../../errors.ts';

export default class ConfigCheck extends ImdsCommand {
  static override summary = 'Say of a configuration what is wrong with it, where, and what to do.';

  static override description =
    `Each problem is a line with file, line and column, what was expected, and what to do. An unknown key is an error. Variables of the environment that set something are checked too.

Exit status: 0 all is right; 2 usage, or something is wrong.`;

  static override examples = [
    { description: 'Is it right?', command: '<%= config.bin %> <%= command.id %>' },
    {
      description: 'Before it is put in its place',
      command: '<%= config.bin %> <%= command.id %> my.toml',
    },
  ];

  static override args = {
    path: Args.string({
      description: 'Configuration to check, instead of /etc/imds/imds.toml.',
      ignoreStdin: true,
    }),
  };

  static override flags = {
    config: configFlag,
    json: Flags.boolean({ summary: 'As JSON.' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ConfigCheck);
    if (args.path !== undefined && flags.config !== undefined) {
      throw new UsageError(`${args.path}: a second file, beside --config ${flags.config}`, {
        code: 'usage.config',
        remedy: 'Name one of the two.',
      });
    }
    const request = { config: args.path ?? flags.config, env: process.env, flags: {} };
    process.exitCode = await checkConfig({ ...request, json: flags.json }, processSurroundings());
  }
}
