import { mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';

/** Where cgroup v2 is mounted, whole. */
export function cgroupRoot(): string {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8');
  const path = /^\d+ \d+ \S+ \/ (\S+) .* - cgroup2 /m.exec(mounts)?.[1];
  if (path === undefined) throw new Error('cgroup v2 is not mounted');
  return path;
}

/** Calls with a cgroup that has no process yet, and ends with it. */
export async function withCgroup<T>(name: string, use: (path: string) => Promise<T>): Promise<T> {
  const path = join(cgroupRoot(), `imds-bench-${process.pid}-${name}`);
  mkdirSync(path);
  try {
    return await use(path);
  } finally {
    rmdirSync(path);
  }
}
