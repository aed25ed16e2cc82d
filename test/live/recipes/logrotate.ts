import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Account, ENVIRONMENT, LOGROTATE, LOGS, recipe, until } from './recipes.ts';

/**
 * logrotate with the recipe, which moves the files whatever their age.
 *
 * @param pid the session's
 */
export function prepareLogrotate(
  parent: string,
  logs: string,
  pid: number,
  { user, group }: Account,
): () => Promise<void> {
  const config = join(parent, 'logrotate.conf');
  const text = recipe('logrotate/imds', [
    ['/var/log/imds/', `${logs}/`],
    ['su imds imds', `su ${user} ${group}`],
  ]);
  writeFileSync(config, text, { mode: 0o644 });
  // In systemd's place, as the unit has it: reload is SIGHUP.
  const bin = join(parent, 'bin');
  mkdirSync(bin, { mode: 0o755 });
  writeFileSync(join(bin, 'systemctl'), `#!/bin/sh\ntest "$1" != reload || kill -HUP ${pid}\n`, {
    mode: 0o755,
  });
  return async () => {
    // Two in a second would have the same name.
    await sleep(1100);
    await until(() => LOGS.every((name) => sizeOf(join(logs, name)) > 0));
    const { status, stdout, stderr } = spawnSync(
      LOGROTATE,
      ['--force', '--state', join(parent, 'logrotate.state'), config],
      { encoding: 'utf8', timeout: 20_000, env: { ...ENVIRONMENT, PATH: `${bin}:${ENVIRONMENT.PATH}` } },
    );
    assert.deepEqual([status, stdout, stderr], [0, '', '']);
  };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
