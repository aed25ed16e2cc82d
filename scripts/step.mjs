/** What every script does: say, look, and run a command with a sign of life. No dependencies. */
import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** @param {string} text */
export function say(text) {
  process.stderr.write(`${text}\n`);
}

/** @param {string} proof a command on PATH, or an absolute path */
export function isThere(proof) {
  if (proof.startsWith('/')) return existsSync(proof);
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, proof), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * Runs a command with all that it prints on standard error, and a sign of life where it prints nothing.
 * @param {string} title
 * @param {string} command
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<number>} exit code
 */
export function step(title, command, args, env = process.env) {
  say(`» ${title} …`);
  const start = performance.now();
  const seconds = () => ((performance.now() - start) / 1000).toFixed(1);
  const sign = setInterval(() => say(`  … ${title}: ${seconds()} s`), 10_000);
  return new Promise((resolve) => {
    const child = spawn(command, [...args], {
      cwd: root,
      env,
      stdio: ['inherit', process.stderr, process.stderr],
    });
    /** @param {number} code */
    const end = (code) => {
      clearInterval(sign);
      if (code === 0) say(`  ${title}: done in ${seconds()} s`);
      resolve(code);
    };
    child.on('error', (error) => {
      say(`  ${command}: ${error.message}`);
      end(127);
    });
    child.on('close', (code) => end(code ?? 1));
  });
}
