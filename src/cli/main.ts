import { fileURLToPath } from 'node:url';
import type { Interfaces } from '@oclif/core';
// First, because it is what listens to standard output: see ownOutputErrors.
import '@oclif/core/command';
import { Config } from '@oclif/core/config';
import { execute } from '@oclif/core/execute';
import { settings } from '@oclif/core/settings';
import { diagnostic } from './diagnostics.ts';
import { tooMuch, unknownCommand } from './unknown-command.ts';
import { keepHeapSmall, keepYoungGenerationSmall } from './v8.ts';

/**
 * Runs the command that process.argv names.
 *
 * @param root folder of package.json
 */
export async function main(root: URL, pjson: Interfaces.PJSON): Promise<void> {
  keepHeapSmall();
  // Before its code is loaded: what has grown does not shrink as long as there is something to do.
  if (process.argv[2] === 'live') keepYoungGenerationSmall();
  ownOutputErrors();
  // Without it, oclif asks the system who the user is: an error where there is no /etc/passwd, as in some containers.
  process.env.SHELL ??= '';
  // What is built is what runs, also where NODE_ENV is `development`: oclif would look for a compiler, in the home too.
  settings.enableAutoTranspile = false;
  // No plugins: oclif would load those that package.json in the home, or where IMDS_DATA_DIR leads, names; and sudo may
  // leave both as the user had them, whose code would then be root's.
  const config = await Config.load({
    root: fileURLToPath(root),
    pjson,
    userPlugins: false,
    devPlugins: false,
  });
  const words = process.argv.slice(2);
  const unknown = unknownCommand(words, config);
  const wrong = unknown === undefined ? tooMuch(words, config) : { command: '', error: unknown };
  if (wrong === undefined) {
    await execute({ loadOptions: config });
    return;
  }
  process.stderr.write(diagnostic(wrong.command, wrong.error));
  process.exitCode = wrong.error.exitCode;
}

/**
 * @oclif/core swallows EPIPE on standard output and throws all else where nobody can catch it. Here a
 * reader that has gone ends what oclif itself prints (help); results have a listener of their own.
 */
function ownOutputErrors(): void {
  process.stdout.removeAllListeners('error');
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (process.stdout.listenerCount('error') > 1) return;
    if (error.code !== 'EPIPE') process.stderr.write(`imds: standard output: cannot write: ${error.code}\n`);
    process.exit(error.code === 'EPIPE' ? 0 : 1);
  });
  // Diagnostics that nobody reads must not end the analysis.
  process.stderr.on('error', () => {});
}
