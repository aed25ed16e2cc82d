import { fileURLToPath } from 'node:url';
import type { Interfaces } from '@oclif/core';
// First, because it is what listens to standard output: see ownOutputErrors.
import '@oclif/core/command';
import { Config } from '@oclif/core/config';
import { execute } from '@oclif/core/execute';
import { diagnostic } from './diagnostics.ts';
import { keepHeapSmall, keepYoungGenerationSmall } from './heap.ts';
import { unknownCommand } from './unknown-command.ts';

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
  // There are none; and what stands in a user's home is no code to run as root, as sudo may leave HOME as it is.
  const plugins = { userPlugins: false, devPlugins: false };
  const config = await Config.load({ root: fileURLToPath(root), pjson, ...plugins });
  const unknown = unknownCommand(process.argv.slice(2), config);
  if (unknown === undefined) {
    await execute({ loadOptions: config });
    return;
  }
  process.stderr.write(diagnostic('', unknown));
  process.exitCode = unknown.exitCode;
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
