import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { ImdsCommand } from '../../cli/base-command.ts';
import { showConfig } from '../../cli/config.ts';
import { configFlag, flagValues, SETTING_FLAGS } from '../../cli/config-flags.ts';
import { processSurroundings } from '../../cli/surroundings.ts';
import { UsageError } from '../../errors.ts';
import Live from '../live.ts';

/** Those of live that are settings; its help is where they are explained. */
const settingFlags = Object.fromEntries(
  Object.entries(Live.flags)
    .filter(([name]) => SETTING_FLAGS.has(name))
    .map(([name, flag]) => [name, { ...flag, hidden: true }]),
);

export default class ConfigShow extends ImdsCommand {
  static override summary = 'Show every setting that is in effect, and where it comes from.';

  static override description =
    `Every setting has a variable of the environment, IMDS_LOG_FOLDER for log.folder, and most have a flag of imds live. A flag counts more than a variable, a variable more than the file, the file more than the default.

It takes the flags of imds live (imds live --help), and shows what they would change.

Exit status: 0 done; 2 usage, or a configuration that is not right.`;

  static override examples = [
    { description: 'What is in effect?', command: '<%= config.bin %> <%= command.id %>' },
    {
      description: 'What would these change?',
      command: '<%= config.bin %> <%= command.id %> --config my.toml --log-dir /srv/imds',
    },
  ];

  static override usage = 'config show [--json] [--config FILE] [FLAG OF imds live...]';

  static override args = {
    // Refused in our own words: who has checked a file will try to show it in the same way.
    path: Args.string({ hidden: true, ignoreStdin: true }),
  };

  static override flags = {
    config: configFlag,
    json: Flags.boolean({ summary: 'As JSON.' }),
    ...settingFlags,
  };

  async run(): Promise<void> {
    const parsed = await this.parse(ConfigShow);
    const { args, flags } = parsed;
    if (args.path !== undefined) {
      throw new UsageError(`${args.path}: the file to show is named with --config`, {
        code: 'usage.config',
        remedy: 'Use imds config show --config FILE; imds config check FILE says what is wrong with one.',
      });
    }
    const request = { config: flags.config, env: process.env, flags: flagValues(parsed) };
    process.exitCode = await showConfig({ ...request, json: flags.json }, processSurroundings());
  }
}
