import { ExitCode, type ImdsError } from '../errors.ts';
import type { Problem } from '../model.ts';
import { diagnostic, note } from './diagnostics.ts';
import { ProgressBar } from './progress.ts';
import type { Surroundings, TerminalStream } from './surroundings.ts';

/** Says on standard error what is found while inputs are read, and keeps what that means for the exit code. */
export class Teller {
  readonly codes = new Set<ExitCode>();
  /** Stands in the terminal's last line, and gives it back before anything is said. */
  readonly progress: ProgressBar;
  readonly #command: string;
  readonly #stderr: TerminalStream;

  /** @param command for messages: `analyze` */
  constructor(command: string, surroundings: Pick<Surroundings, 'stderr' | 'env'>) {
    this.progress = new ProgressBar(surroundings);
    this.#command = command;
    this.#stderr = surroundings.stderr;
  }

  problems(problems: readonly Problem[]): void {
    for (const problem of problems) {
      if (problem.damage) this.codes.add(ExitCode.damagedInput);
      this.#say(diagnostic(this.#command, problem));
    }
  }

  error(error: ImdsError): void {
    this.codes.add(error.exitCode);
    this.#say(diagnostic(this.#command, error));
  }

  note(text: string): void {
    this.#say(note(this.#command, text));
  }

  #say(line: string): void {
    this.progress.clear();
    this.#stderr.write(line);
  }
}
