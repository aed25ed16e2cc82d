import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import type { PackageFacts } from '../../model.ts';
import type { FileTree } from './file-tree.ts';

/** Where distributions have it; nothing that a user has put on a path. */
const PROGRAM = '/usr/bin/rpm';
const TIMEOUT_MS = 5000;
const MAX_ANSWER_BYTES = 4096;
const FORMAT = '%{NAME}\\t%|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}\\n';
const NAME = /^[\w][\w.+-]{0,127}$/;
const VERSION = /^[\w.+~^:-]{1,128}$/;

export interface RpmOptions {
  program?: string | undefined;
  /** Folder of the database, where it is not the host's own. */
  database?: string | undefined;
}

/** sqlite, ndb and Berkeley DB, in the old folder and in the new one. */
const DATABASES = ['/var/lib/rpm', '/usr/lib/sysimage/rpm'].flatMap((folder) =>
  ['rpmdb.sqlite', 'Packages.db', 'Packages'].map((name) => `${folder}/${name}`),
);

/** Whether this host has a database, and an rpm to ask: without one, asking might make one. */
export function hasRpm(host: FileTree, program = PROGRAM): boolean {
  if (!DATABASES.some((path) => host.stats(path)?.isFile() === true)) return false;
  try {
    accessSync(program, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * The package that a file of this host belongs to, as `rpm -qf` says: the database has three forms, and its
 * library knows them all. Only of the host's own root: a container's database is somebody else's.
 */
export function findRpm(
  path: string,
  { program = PROGRAM, database }: RpmOptions = {},
): Promise<PackageFacts | undefined> {
  const args = ['-qf', '--qf', FORMAT, '--', path];
  return new Promise((resolve) => {
    const child = spawn(program, database === undefined ? args : ['--dbpath', database, ...args], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
      cwd: '/',
    });
    let text = '';
    const end = (answer: PackageFacts | undefined) => {
      clearTimeout(late);
      child.kill('SIGKILL');
      child.unref();
      child.stdout.destroy();
      resolve(answer);
    };
    const late = setTimeout(() => end(undefined), TIMEOUT_MS);
    child.stdout.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1');
      if (text.length > MAX_ANSWER_BYTES) end(undefined);
    });
    child.once('error', () => end(undefined));
    child.once('close', (code) => end(code === 0 ? packageIn(text) : undefined));
  });
}

/** The first line: a file that several packages have is of each. */
function packageIn(text: string): PackageFacts | undefined {
  const [name = '', version = ''] = text.split('\n', 1)[0]?.split('\t') ?? [];
  return NAME.test(name) && VERSION.test(version) ? { name, version, manager: 'rpm' } : undefined;
}
