import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { ImdsCommand } from '../cli/base-command.ts';
import { checkConfig, showConfig } from '../cli/config.ts';
import { configFlag, flagValues, SETTING_FLAGS } from '../cli/config-flags.ts';
import { processSurroundings } from '../cli/surroundings.ts';
import { UsageError } from '../errors.ts';
import Live from './live.ts';

/** Those of live that are settings; its help is where they are explained. */
const settingFlags = Object.fromEntries(
  Object.entries(Live.flags)
    .filter(([name]) => SETTING_FLAGS.has(name))
    .map(([name, flag]) => [name, { ...flag, hidden: true }]),
);

export default class Config extends ImdsCommand {
  static override summary = 'Check the configuration, or show every setting and where it comes from.';

  static override description =
    `The configuration is a file of TOML, /etc/imds/imds.toml unless told; imds live, imds report and imds doctor read it if it is there. Every setting has a variable of the environment too, IMDS_LOG_FOLDER for log.folder, and most have a flag of imds live. A flag counts more than a variable, a variable more than the file, the file more than the default.

check names each problem with file, line and column, what was expected, and what to do. An unknown key is an error.

show takes the flags of imds live, and shows what they would change.

Exit status: 0 done; 2 usage, or a configuration that is not right.`;

  static override examples = [
    {
      description: 'Is it right?',
      command: '<%= config.bin %> <%= command.id %> check',
    },
    {
      description: 'What is in effect?',
      command: '<%= config.bin %> <%= command.id %> show',
    },
  ];

  static override usage = [
    '<%= command.id %> check [FILE]',
    '<%= command.id %> show [--json] [--config FILE]',
  ];

  static override args = {
    action: Args.string({
      description: 'check or show.',
      options: ['check', 'show'],
      required: true,
      ignoreStdin: true,
    }),
    path: Args.string({
      description: 'Configuration to check, instead of /etc/imds/imds.toml.',
      ignoreStdin: true,
    }),
  };

  static override flags = {
    config: configFlag,
    json: Flags.boolean({ summary: 'As JSON.' }),
    ...settingFlags,
  };

  async run(): Promise<void> {
    const parsed = await this.parse(Config);
    const { args, flags } = parsed;
    if (args.path !== undefined && (args.action === 'show' || flags.config !== undefined)) {
      throw new UsageError(`${args.path}: one file too many`, {
        code: 'usage.config',
        remedy: 'Use imds config check FILE, or imds config show --config FILE.',
      });
    }
    const act = args.action === 'check' ? checkConfig : showConfig;
    const request = { config: args.path ?? flags.config, env: process.env, flags: flagValues(parsed) };
    process.exitCode = await act({ ...request, json: flags.json }, processSurroundings());
  }
}
