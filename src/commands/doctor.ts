import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as Flags from '@oclif/core/flags';
import { ImdsCommand } from '../cli/base-command.ts';
import { configFlag, flagValues } from '../cli/config-flags.ts';
import { note } from '../cli/diagnostics.ts';
import { doctor } from '../cli/doctor.ts';
import { endpointFlag, STATE_FOLDER } from '../cli/flags.ts';
import { liveSettings } from '../cli/live-settings.ts';
import { processSurroundings } from '../cli/surroundings.ts';
import { readConfig } from '../config/index.ts';

const LOG_LINES = 200;

export default class Doctor extends ImdsCommand {
  static override summary = 'Say whether imds live can run on this host, and how well.';

  static override description =
    `Looks at kernel, BTF, capabilities, cgroups, libpcap, routes, other watchers, folders, services and the clock; each line is ok, warn, fail, or ? where it could not be looked at. Then the views of imds live are opened as that opens them, and closed at once; the last line says what it will do here. Nothing is sent, unless --probe-endpoint asks for it.

Exit status: 0 done; 1 failure; 2 usage; 3 live runs with less than it could have, or a check failed; 5 it would not run.`;

  static override examples = [
    { description: 'What live will do here', command: 'sudo <%= config.bin %> <%= command.id %>' },
    {
      description: 'For a bug report, without secrets',
      command: 'sudo <%= config.bin %> <%= command.id %> --bundle imds-doctor.tar.gz',
    },
  ];

  static override flags = {
    json: Flags.boolean({ summary: 'The result as JSON (schemas/doctor.schema.json).' }),
    bundle: Flags.string({
      summary:
        'Write FILE.tar.gz for a bug report: this result, the kernel, the end of the log and the settings, with secrets, names, ids and addresses masked.',
      helpValue: 'FILE',
    }),
    lines: Flags.integer({
      summary: `Lines of imds-trace.log in the bundle; ${LOG_LINES} unless told.`,
      helpValue: 'N',
      min: 1,
      max: 5000,
      dependsOn: ['bundle'],
    }),
    'probe-endpoint': Flags.boolean({
      summary:
        'Ask the metadata service, too: a PUT for a token, a GET with it, and a GET without, which CloudWatch counts as IMDSv1.',
    }),
    config: configFlag,
    endpoint: endpointFlag,
    'log-dir': Flags.string({
      summary: 'Folder of the logs of imds live.',
      helpValue: 'FOLDER',
      default: '/var/log/imds',
    }),
    'state-dir': Flags.string({
      summary: 'Folder of its inventory.',
      helpValue: 'FOLDER',
      default: STATE_FOLDER,
    }),
  };

  async run(): Promise<void> {
    const parsed = await this.parse(Doctor);
    const { flags } = parsed;
    const { stderr } = process;
    const config = await readConfig({ config: flags.config, env: process.env, flags: flagValues(parsed) });
    // What is wrong ends live, and not whoever looks for what is wrong.
    for (const { where, message, remedy } of config.problems)
      stderr.write(note('doctor', `${where}: ${message}. ${remedy}`));
    const { endpoints } = liveSettings(config);
    const exitCode = await doctor(
      {
        json: flags.json,
        bundle: flags.bundle,
        logLines: flags.bundle === undefined ? 0 : (flags.lines ?? LOG_LINES),
        asksEndpoint: flags['probe-endpoint'],
        endpoints,
        logFolder: resolve(config.values['log.folder']),
        stateFolder: resolve(config.values['inventory.folder']),
        captureFolder: process.cwd(),
        root: fileURLToPath(new URL('../..', import.meta.url)),
        version: this.config.version,
      },
      processSurroundings(),
    );
    process.exit(exitCode);
  }
}
