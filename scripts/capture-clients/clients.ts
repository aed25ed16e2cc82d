import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '..', '..', '.cache', 'clients');
const NPM_CLIENTS = ['aws-sdk@2.1693.0', '@smithy/credential-provider-imds@4.5.2'];
/** Unpacked and not installed, because their packages start services. */
const UNPACKED = ['prometheus', 'cloud-init'];

/**
 * Fetches the clients that a Debian system with the packages of the script's head has not.
 * @returns the environment of every client: nothing of who records, no proxy, no credentials but the service's.
 */
export function prepareClients(): Record<string, string> {
  const root = join(FOLDER, 'root');
  mkdirSync(root, { recursive: true });
  if (!existsSync(join(FOLDER, 'node_modules', 'aws-sdk'))) {
    run('npm', [
      'install',
      '--prefix',
      FOLDER,
      '--no-save',
      '--ignore-scripts',
      '--no-audit',
      ...NPM_CLIENTS,
    ]);
  }
  if (!existsSync(join(root, 'usr/bin/prometheus'))) {
    run('apt-get', ['-qq', 'download', ...UNPACKED], FOLDER);
    for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.deb'))) {
      run('dpkg', ['-x', join(FOLDER, file), root]);
    }
  }
  return {
    PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/nonexistent',
    LC_ALL: 'C.UTF-8',
    NODE: process.execPath,
    NODE_PATH: join(FOLDER, 'node_modules'),
    NODE_NO_WARNINGS: '1',
    AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE: '1',
    UNPACKED: root,
    // Clients that need a place to write get one of the system.
    TMPDIR: '/tmp',
    BASE: 'http://169.254.169.254',
  };
}

function run(name: string, args: readonly string[], cwd?: string): void {
  const { status } = spawnSync(name, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    cwd,
    timeout: 300_000,
  });
  if (status !== 0) throw new Error(`${name} ${args.join(' ')} failed`);
}
