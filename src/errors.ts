/** Documented exit codes of the command line (docs/output.md, "Exit codes"). */
export const ExitCode = {
  done: 0,
  failure: 1,
  usage: 2,
  condition: 3,
  damagedInput: 4,
  prerequisite: 5,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** Where several codes hold, the first of this list is the exit code of the process. */
const PRECEDENCE: readonly ExitCode[] = [
  ExitCode.usage,
  ExitCode.failure,
  ExitCode.prerequisite,
  ExitCode.damagedInput,
  ExitCode.condition,
];

export function mostSevere(codes: Iterable<ExitCode>): ExitCode {
  const held = new Set(codes);
  return PRECEDENCE.find((code) => held.has(code)) ?? ExitCode.done;
}

interface ErrorDetails {
  /** Stable, machine-readable name: `capture.truncated`. */
  code: string;
  /** What the reader can do about it, one sentence. */
  remedy?: string | undefined;
  cause?: unknown;
}

/**
 * The one error family. The message says what happened and where (file, offset, packet number);
 * `remedy` says what to do next. It knows nothing of the terminal.
 */
export abstract class ImdsError extends Error {
  abstract readonly exitCode: ExitCode;
  readonly code: string;
  readonly remedy: string | undefined;

  constructor(message: string, details: ErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = details.code;
    this.remedy = details.remedy;
  }
}

/** The command line cannot be acted on. */
export class UsageError extends ImdsError {
  readonly exitCode = ExitCode.usage;
}

/** An input is damaged, unreadable or not what it claims to be. */
export class InputError extends ImdsError {
  readonly exitCode = ExitCode.damagedInput;
}

/** Something this machine lacks: a privilege, a kernel feature, a library. */
export class PrerequisiteError extends ImdsError {
  readonly exitCode = ExitCode.prerequisite;
}

/** A fault of our own, or of an output: a full disk, two readers that disagree. */
export class FailureError extends ImdsError {
  readonly exitCode = ExitCode.failure;
}
