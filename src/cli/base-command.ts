import { Command } from '@oclif/core/command';
import { ImdsError } from '../errors.ts';
import { diagnostic } from './diagnostics.ts';
import { type CommandOptions, misuse } from './misuse.ts';

/** What every command does alike: an error is one line and its documented exit code. */
export abstract class ImdsCommand extends Command {
  protected override async catch(error: Error): Promise<void> {
    const command = typed(this.id ?? '');
    const told = error instanceof ImdsError ? error : misuse(error, this.#options(command));
    if (told === undefined) throw error;
    process.stderr.write(diagnostic(command, told));
    this.exit(told.exitCode);
  }

  #options(command: string): CommandOptions {
    return {
      command,
      options: Object.keys(this.ctor.flags ?? {}),
      commandsWith: (option) =>
        this.config.commands.filter(({ flags }) => Object.hasOwn(flags, option)).map(({ id }) => typed(id)),
    };
  }
}

/** oclif puts colons where a topic and its commands have blanks. */
function typed(id: string): string {
  return id.replaceAll(':', ' ');
}
