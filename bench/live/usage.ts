import { readdirSync, readFileSync } from 'node:fs';

/** USER_HZ, which is 100 on every architecture that Linux has today. */
const TICKS_A_SECOND = 100;

/** What a process has used, in the kernel's own counts. */
export interface Usage {
  /** User and system time in seconds, to 10 ms. */
  cpuSeconds: number;
  residentMegabytes: number;
  peakMegabytes: number;
}

export function usageOf(pid: number): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const megabytes = (name: string) =>
    (Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024) / 1e6;
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND,
    residentMegabytes: megabytes('VmRSS'),
    peakMegabytes: megabytes('VmHWM'),
  };
}

/** Resident memory in which a page that is mapped twice counts once (proportional set size). */
export function proportionalMegabytes(pid: number): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return (Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1]) * 1024) / 1e6;
}

/** The only child of a process by that name. */
export function childOf(pid: number, name: string): number {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
  const found = children.find((child) => readFileSync(`/proc/${child}/comm`, 'utf8').startsWith(name));
  if (found === undefined) throw new Error(`${pid} has no child ${name}`);
  return found;
}
