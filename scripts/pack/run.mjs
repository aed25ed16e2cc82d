import { spawnSync } from 'node:child_process';
import { root } from '../step.mjs';

const TIMEOUT_MS = 900_000;

/** A step that ended the packing, with what it printed. */
export class PackError extends Error {}

/**
 * Runs a command to its good end.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number }} [options]
 * @returns {string} what it printed on standard output
 * @throws {PackError} otherwise, with the end of what it printed
 */
export function run(command, args, { cwd = root, env = process.env, timeoutMs = TIMEOUT_MS } = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    env: { ...env, LC_ALL: 'C', TZ: 'UTC' },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status === 0) return stdout;
  const words = error?.message ?? `${stdout}${stderr}`.trim().slice(-4000);
  throw new PackError(`${command} ${args.join(' ')}: ${words || `exit code ${status}`}`);
}
