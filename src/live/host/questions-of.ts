import type { ProcessRecord } from '../../bpf/records.ts';
import { containerOfPath, userManagerOf } from '../../report/cgroup-path.ts';
import { mayRunScript, scriptFile } from '../../report/program.ts';
import { maskArgs } from '../../secrets.ts';
import { CONTAINER_ID } from './containers.ts';
import { MAX_PIDS, type Question } from './question.ts';

/** Login uid of a process that nobody logged in for. */
const NO_LOGIN = 0xffffffff;

/** What is to be asked of the host about a process that connects. */
export function* questionsOf(record: ProcessRecord): Generator<Question> {
  const { pid, mntns, chroot, container_id: id, cgroup_path: cgroup = '', unit } = record;
  // An ancestor's record has less: it is not the one to be named.
  if (mntns === undefined) return;
  const pids = [pid, ...record.ancestors.map((ancestor) => ancestor.pid)].slice(0, MAX_PIDS);
  const path = chroot === true ? undefined : pathOf(record);
  if (path !== undefined) yield { kind: 'program', path, mntns, pids };
  const manager = userManagerOf(cgroup);
  if (id !== undefined && CONTAINER_ID.test(id)) {
    yield { kind: 'container', id, manager: manager === undefined ? undefined : Number(manager), pid };
  }
  // In a container, uids and units are those of another system.
  if (id !== undefined || containerOfPath(cgroup) !== undefined) return;
  if (unit?.endsWith('.service') === true) yield { kind: 'unit', unit, ofUserManager: manager !== undefined };
  const { user_id: user, login_user_id: login = NO_LOGIN } = record;
  for (const uid of new Set([user, login, manager === undefined ? undefined : Number(manager)])) {
    if (uid !== undefined && uid !== NO_LOGIN) yield { kind: 'user', uid };
  }
}

/**
 * The executable, or the script that it runs, where that is an absolute path. One with bytes that are no text is
 * of no package.
 */
function pathOf({ pid, start, name, executable, args }: ProcessRecord): string | undefined {
  const process = { pid, start, name, executable, args };
  // Masked as the reader of a saved session has them: the same script is found then.
  const script = mayRunScript(process) ? scriptFile({ ...process, args: args && maskArgs(args) }) : undefined;
  const path = script ?? executable;
  return path?.startsWith('/') === true && !path.includes('\\x') ? path : undefined;
}
