import { basename } from 'node:path';
import type { Processes } from './context.ts';
import type { HostFiles } from './host-files.ts';
import { NoAnswer, within } from './time-limit.ts';

export interface RunningProcess {
  pid: number;
  args: readonly string[];
}

const BYTES = 4096;
const AT_ONCE = 16;
const LIMIT_MS = 500;
/** So many that do not answer are enough: each holds a thread. */
const MAX_UNANSWERED = 8;

/** Arguments of all processes; those of kernel threads are empty, and what ends meanwhile is left out. */
export async function listProcesses(files: HostFiles): Promise<Processes> {
  const pids = (await files.list('/proc')).filter((name) => /^\d{1,10}$/.test(name));
  const running: RunningProcess[] = [];
  const uids = new Set<number>();
  let unanswered = 0;
  const read = async (pid: string) => {
    const args = argsOf(await files.read(`/proc/${pid}/cmdline`, BYTES));
    running.push({ pid: Number(pid), args });
    const uidLine = /^Uid:\s+(.*)$/m.exec(await files.text(`/proc/${pid}/status`, BYTES))?.[1];
    for (const uid of uidLine?.split(/\s+/) ?? []) uids.add(Number(uid));
  };
  const readAll = async () => {
    for (let pid = pids.pop(); pid !== undefined && unanswered < MAX_UNANSWERED; pid = pids.pop()) {
      await within(LIMIT_MS, read(pid)).catch((error: unknown) => {
        if (error instanceof NoAnswer) unanswered++;
      });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, readAll));
  running.sort((a, b) => a.pid - b.pid);
  return { running, uids, unanswered: unanswered + pids.length };
}

function argsOf(bytes: Buffer): string[] {
  const text = bytes.toString();
  return text === '' ? [] : text.replace(/\0$/, '').split('\0');
}

export function isProbe({ args: [program = ''] }: RunningProcess): boolean {
  return basename(program) === 'imds-probe';
}

/** `imds live` itself, and not who started it: `imds live`, or `node /usr/bin/imds live`, or `node bin/run.js live`. */
export function isLive({ args }: RunningProcess): boolean {
  const at = args.indexOf('live');
  const program = basename(args[at - 1] ?? '');
  if (at === 1) return program === 'imds';
  const isNode = /^node(?:js)?(?:-?\d+)?$/.test(basename(args[0] ?? ''));
  return at > 1 && at < 5 && isNode && (program === 'imds' || program === 'run.js');
}

/** aws-imds-packet-analyzer: `python3 src/imds_snoop.py`. */
export function isPredecessor({ args }: RunningProcess): boolean {
  return args.slice(0, 4).some((argument) => basename(argument) === 'imds_snoop.py');
}
