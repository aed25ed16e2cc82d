/** Of /proc/PID/stat, what tells a process from others and one of its programs from the next (proc_pid_stat(5)). */
export interface Stat {
  /** One character a byte. */
  name: string;
  state: string;
  parent: number;
  /** Nanoseconds since boot, in decimal. */
  start: string;
  /** Differs from program to program of one process: execve places code, stack and arguments anew. */
  image: string;
}

/** /proc counts in this unit, whatever the kernel's own is (USER_HZ is 100 on all that Node runs on). */
const TICK_NS = 10_000_000n;

/* Places after the name, which is the second field. */
const STATE = 0;
const PARENT = 1;
const START = 19;
const START_CODE = 23;
const START_STACK = 25;
const ARG_START = 45;

export function parseStat(text: string): Stat | undefined {
  // The name may hold anything, also blanks and parentheses.
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 0 || close < open) return undefined;
  const fields = text
    .slice(close + 2)
    .trimEnd()
    .split(' ');
  const ticks = fields[START] ?? '';
  const parent = Number(fields[PARENT]);
  if (!/^\d{1,19}$/.test(ticks) || !Number.isSafeInteger(parent)) return undefined;
  return {
    name: text.slice(open + 1, close),
    state: fields[STATE] ?? '',
    parent,
    start: String(BigInt(ticks) * TICK_NS),
    image: `${fields[START_CODE]} ${fields[START_STACK]} ${fields[ARG_START]}`,
  };
}
