import { execFile } from 'node:child_process';

/** Longer than a unit takes to start or stop by its own limits (TimeoutStartSec, TimeoutStopSec). */
const TIMEOUT_MS = 130_000;
const MAX_BYTES = 1024 * 1024;
/** Not the caller's: it could name another systemctl. */
const ENVIRONMENT = {
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
  SYSTEMD_PAGER: '',
  SYSTEMD_COLORS: '0',
};

export interface Ran {
  /** Exit code; undefined where it was not started, or ended by a signal. */
  code: number | undefined;
  stdout: string;
  /** What it said of its failure, or why it did not run; one line. */
  problem: string;
}

/** Runs systemctl with these arguments, no shell, and for a bounded time. */
export type Systemctl = (args: readonly string[]) => Promise<Ran>;

export const systemctl: Systemctl = (args) =>
  new Promise((resolve) => {
    const options = {
      env: ENVIRONMENT,
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL' as const,
      maxBuffer: MAX_BYTES,
    };
    execFile('systemctl', ['--no-pager', '--no-ask-password', ...args], options, (error, stdout, stderr) => {
      if (error === null) return resolve({ code: 0, stdout, problem: '' });
      const code = typeof error.code === 'number' ? error.code : undefined;
      const killed = error.killed ? `it did not end within ${TIMEOUT_MS / 1000} s` : error.message;
      resolve({ code, stdout, problem: stderr.trim().replace(/\s*\n\s*/g, ' ') || killed });
    });
  });
