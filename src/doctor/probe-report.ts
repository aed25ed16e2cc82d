import { execFile } from 'node:child_process';
import { FailureError } from '../errors.ts';
import { probePath } from '../live/probe-path.ts';

/** What `imds-probe --check` prints; what it could not ask for is undefined. */
export interface ProbeReport {
  version: string;
  /** Why the probe cannot be attached, by what is missing: `kernel`, `capabilities`, `lockdown`, `btf`, `cgroup`. */
  problems: ReadonlyMap<string, string>;
  cgroup: { name: string; isWholeHost: boolean } | undefined;
  /** What is on the hooks of that cgroup already. */
  programs: readonly { hook: string; id: number; name: string | undefined }[];
  /** Why they could not be asked for. */
  programsError: string | undefined;
  clock: { isSynchronised: boolean; errorMicroseconds: number } | undefined;
  /** The line itself. */
  text: string;
}

const LIMIT_MS = 3000;
const MAX_BYTES = 128 * 1024;

/**
 * Runs the probe's check.
 *
 * @param root folder of package.json
 * @throws PrerequisiteError where there is no probe for this machine; FailureError where it does not run
 */
export async function askProbe(root: string): Promise<ProbeReport> {
  const executable = probePath(root);
  const text = await new Promise<string>((resolve, reject) => {
    const options = { timeout: LIMIT_MS, killSignal: 'SIGKILL', maxBuffer: MAX_BYTES, env: {} } as const;
    execFile(executable, ['--check'], options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(failed(executable, stderr.split('\n', 1)[0] || error.message));
    });
  });
  const report = parseProbeReport(text);
  if (report === undefined) throw failed(executable, 'its report cannot be read');
  return report;
}

function failed(executable: string, why: string): FailureError {
  return new FailureError(`${executable} does not run: ${why.slice(0, 300)}`, {
    code: 'doctor.probe',
    remedy: 'Install imds anew, for this architecture.',
  });
}

/** Undefined for what is none. */
export function parseProbeReport(text: string): ProbeReport | undefined {
  const value = objectOf(jsonOf(text));
  if (value === undefined || typeof value.version !== 'string') return undefined;
  const { version } = value;
  const cgroup = objectOf(value.cgroup);
  const clock = objectOf(value.clock);
  return {
    version,
    problems: new Map(
      listOf(value.prerequisites).flatMap(({ name, problem }) =>
        typeof name === 'string' && typeof problem === 'string' ? [[name, problem] as const] : [],
      ),
    ),
    cgroup: cgroup && { name: String(cgroup.name), isWholeHost: cgroup.whole_host === true },
    programs: listOf(value.programs).map(({ hook, id, name }) => ({
      hook: String(hook),
      id: Number(id),
      name: typeof name === 'string' ? name : undefined,
    })),
    programsError: typeof value.programs_error === 'string' ? value.programs_error : undefined,
    clock: clock && {
      isSynchronised: clock.synchronised === true,
      errorMicroseconds: Number(clock.error_us),
    },
    text: text.trim(),
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function objectOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : undefined;
}

function listOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.map(objectOf).filter((entry) => entry !== undefined) : [];
}
