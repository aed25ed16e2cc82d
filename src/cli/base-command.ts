import { Command } from '@oclif/core/command';
import { ImdsError } from '../errors.ts';
import { diagnostic } from './diagnostics.ts';

/** What every command does alike: an error of ours is one line and its documented exit code. */
export abstract class ImdsCommand extends Command {
  protected override async catch(error: Error): Promise<void> {
    if (!(error instanceof ImdsError)) throw error;
    process.stderr.write(diagnostic((this.id ?? '').replaceAll(':', ' '), error));
    this.exit(error.exitCode);
  }
}
