import { ExitCode } from '../errors.ts';
import type { Examination } from './examination.ts';
import type { Check, Prospect } from './types.ts';

/** Of the report's shape (schemas/doctor.schema.json); additions do not raise it. */
const SCHEMA_VERSION = 1;

/** The machine that was looked at, without its name. */
export interface Machine {
  platform: string;
  arch: string;
  kernel: string;
  node: string;
  uid: number | undefined;
}

export interface DoctorReport {
  schema_version: number;
  imds: string;
  /** RFC 3339, UTC. */
  time: string;
  host: Machine;
  checks: readonly Check[];
  live: Prospect;
  exit_code: ExitCode;
}

export function doctorReport(
  { checks, prospect }: Pick<Examination, 'checks' | 'prospect'>,
  host: Machine,
  version: string,
  time: Date,
): DoctorReport {
  return {
    schema_version: SCHEMA_VERSION,
    imds: version,
    time: time.toISOString(),
    host,
    checks,
    live: prospect,
    exit_code: exitCodeOf(checks, prospect),
  };
}

/** 5 where live would not run; 3 where it has less than it could have, or a check failed. */
export function exitCodeOf(checks: readonly Check[], prospect: Prospect): ExitCode {
  if (prospect.status === 'not-ready') return ExitCode.prerequisite;
  const isWhole = prospect.status === 'ready' && checks.every(({ status }) => status !== 'fail');
  return isWhole ? ExitCode.done : ExitCode.condition;
}
