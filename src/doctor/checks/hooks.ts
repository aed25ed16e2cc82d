import type { Context, Examiner, Processes } from '../context.ts';
import { isLive, isPredecessor, isProbe, type RunningProcess } from '../processes.ts';
import { probeIfRuns } from './probe-words.ts';

const PINS = '/sys/fs/bpf';
/** Of the kernel: BPF_CGROUP_MAX_PROGS. */
const MAX_PROGRAMS = 64;
const MAX_SHOWN = 6;
/** The names of the probe's own programs. */
const OWN = /^imds_/;

/** Who else watches, and which programs run beside ours. */
export const hooks: Examiner = {
  id: 'hooks',
  title: 'Same hooks',
  limit: 5000,
  async examine(context) {
    const parts: string[] = [];
    const processes = await context.processes();
    const watchers = watchersOf(processes);
    if (watchers.length > 0) parts.push(`running: ${watchers.join(', ')}`);
    const report = await probeIfRuns(context);
    const programs = report?.programs ?? [];
    const others = programs.filter(({ name = '' }) => !OWN.test(name));
    if (report?.cgroup === undefined) parts.push('programs could not be asked for');
    else if (report.programsError !== undefined) {
      parts.push(`programs could not be asked for (${report.programsError})`);
    } else if (programs.length === 0) parts.push('no other program on the cgroup root');
    else if (others.length === 0) parts.push(`${programs.length} programs of another imds-probe`);
    else parts.push(`on the cgroup root: ${namesOf(others)}, which ours run beside`);
    const pins = await pinsOf(context);
    if (pins !== undefined) parts.push(pins);
    if (processes.unanswered > 0) parts.push(`${processes.unanswered} processes could not be read in time`);
    const text = parts.join('; ');
    const full = fullHook(programs);
    if (full !== undefined) {
      const remedy = 'End one of the programs that are on it.';
      return {
        status: 'fail',
        text: `${full} has ${MAX_PROGRAMS} programs, and takes no more; ${text}`,
        remedy,
      };
    }
    if (watchers.length > 0) {
      const remedy = 'One is enough: each costs the host, and calls may be logged twice.';
      return { status: 'warn', text, remedy };
    }
    const isUnknown = report?.cgroup === undefined || report.programsError !== undefined;
    return isUnknown ? { status: 'unknown', text, remedy: 'Run it as root.' } : { status: 'ok', text };
  },
};

function watchersOf({ running }: Processes): string[] {
  const list = (what: string, is: (process: RunningProcess) => boolean) => {
    const pids = running.filter(is).map(({ pid }) => pid);
    return pids.length === 0 ? [] : [`${what} (pid ${few(pids)})`];
  };
  return [
    ...list('imds live', isLive),
    ...list('imds-probe', isProbe),
    ...list('aws-imds-packet-analyzer', isPredecessor),
  ];
}

function namesOf(programs: readonly { hook: string; id: number; name: string | undefined }[]): string {
  return few(programs.map(({ hook, id, name }) => `${name ?? `id ${id}`} (${hook})`));
}

function few(items: readonly (string | number)[]): string {
  const more = items.length > MAX_SHOWN ? ` and ${items.length - MAX_SHOWN} more` : '';
  return `${items.slice(0, MAX_SHOWN).join(', ')}${more}`;
}

function fullHook(programs: readonly { hook: string }[]): string | undefined {
  return programs.find(({ hook }) => programs.filter((other) => other.hook === hook).length >= MAX_PROGRAMS)
    ?.hook;
}

/** What others have pinned there hints at who they are: cilium, tetragon. */
async function pinsOf({ files }: Context): Promise<string | undefined> {
  const names = await files.list(PINS).catch(() => []);
  return names.length === 0 ? undefined : `pinned in ${PINS}: ${few(names.sort())}`;
}
