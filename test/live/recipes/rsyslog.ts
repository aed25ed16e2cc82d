import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENVIRONMENT, linesOf, RSYSLOG_MODULES, RSYSLOGD, recipe, until } from './recipes.ts';

/** rsyslogd with the recipe, its target a file. */
export class Rsyslog {
  readonly #args: readonly string[];
  readonly #pidFile: string;
  readonly #target: string;
  #process: ChildProcess | undefined;

  constructor(parent: string, logs: string) {
    const config = join(parent, 'rsyslog.conf');
    this.#target = join(parent, 'forwarded');
    this.#pidFile = join(parent, 'rsyslogd.pid');
    const text = recipe('rsyslog/imds.conf', [
      ['/var/log/imds/', `${logs}/`],
      [/action\(type="omfwd".*?\)/, `action(type="omfile" file="${this.#target}" template="line")`],
    ]);
    const line = 'template(name="line" type="string" string="%msg%\\n")';
    writeFileSync(config, `global(workDirectory="${parent}")\n${line}\n${text}`);
    this.#args = ['-f', config, '-M', RSYSLOG_MODULES];
    const { status, stderr } = spawnSync(RSYSLOGD, ['-N1', ...this.#args], {
      encoding: 'utf8',
      timeout: 20_000,
      env: ENVIRONMENT,
    });
    assert.equal(status, 0, stderr);
  }

  /** What it has forwarded. */
  get lines(): string[] {
    return existsSync(this.#target) ? linesOf(this.#target) : [];
  }

  async start(): Promise<void> {
    rmSync(this.#pidFile, { force: true });
    this.#process = spawn(RSYSLOGD, ['-n', '-i', this.#pidFile, ...this.#args], {
      stdio: 'ignore',
      env: ENVIRONMENT,
    });
    await until(() => existsSync(this.#pidFile));
  }

  async stop(): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (running === undefined || running.exitCode !== null) return;
    const ended = once(running, 'exit');
    running.kill('SIGTERM');
    await ended;
  }
}
