import { readdirSync, readFileSync } from 'node:fs';
import { PrerequisiteError, UsageError } from '../errors.ts';

export interface Account {
  uid: number;
  gid: number;
  /** For messages. */
  name: string;
}

/** The account that is taken where it exists. */
const OWN_ACCOUNT = 'imds';
/** The range from which systemd takes the uids of DynamicUser= (systemd, "Users, Groups, UIDs and GIDs"). */
const FIRST_DYNAMIC = 61_184;
const LAST_DYNAMIC = 65_519;

/**
 * Whom to become: the account that is named, else `imds` if there is one, else a uid of the dynamic
 * range that no account and no process has.
 *
 * @throws UsageError where the named account does not exist, or is root's
 */
export function unprivilegedAccount(name: string | undefined): Account {
  return chooseAccount(name, linesOf('/etc/passwd').join('\n'), uidsOfProcesses);
}

/** The same, of what /etc/passwd holds and the uids of all processes, which are asked for where they matter. */
export function chooseAccount(
  name: string | undefined,
  passwd: string,
  uids: () => Iterable<number>,
): Account {
  const accounts = accountsIn(passwd);
  const own = accounts.find((account) => account.name === (name ?? OWN_ACCOUNT));
  if (own !== undefined && own.uid !== 0) return own;
  if (name !== undefined) {
    throw new UsageError(
      `--user ${name}: ${own === undefined ? 'there is no such account' : 'that is root'}`,
      {
        code: 'usage.user',
        remedy: 'Name an account of /etc/passwd that is not root, or leave --user out.',
      },
    );
  }
  const taken = new Set([...accounts.map(({ uid }) => uid), ...uids()]);
  for (let uid = LAST_DYNAMIC; uid >= FIRST_DYNAMIC; uid--) {
    if (!taken.has(uid)) return { uid, gid: uid, name: `uid ${uid}` };
  }
  throw new PrerequisiteError(`no uid from ${FIRST_DYNAMIC} to ${LAST_DYNAMIC} is free`, {
    code: 'privileges.uid',
    remedy: 'Name an account with --user, or keep root with --keep-root.',
  });
}

/**
 * Gives up root for good: groups first, since afterwards nobody may; Linux drops all capabilities of a
 * process whose uids all become other than 0 (capabilities(7)). Only then hostile bytes are parsed.
 *
 * @throws PrerequisiteError for a root that may not, as in a container that drops all capabilities
 */
export function giveUpRoot({ uid, gid, name }: Account): void {
  try {
    process.setgroups?.([]);
    process.setgid?.(gid);
    process.setuid?.(uid);
  } catch (cause) {
    throw cannotBecome(name, cause);
  }
}

export function cannotBecome(name: string, cause?: unknown): PrerequisiteError {
  return new PrerequisiteError(`this root may not become ${name}`, {
    code: 'privileges.give_up',
    remedy: 'Give it CAP_SETUID and CAP_SETGID, or keep root with --keep-root.',
    cause,
  });
}

function accountsIn(passwd: string): Account[] {
  return passwd.split('\n').flatMap((line) => {
    const [name = '', , uid = '', gid = ''] = line.split(':');
    return /^\d+$/.test(uid) && /^\d+$/.test(gid) ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
  });
}

function uidsOfProcesses(): number[] {
  return entriesOf('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => linesOf(`/proc/${pid}/status`))
    .flatMap((line) => (line.startsWith('Uid:') ? line.split(/\s+/).slice(1).map(Number) : []));
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}
