import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Command {
  /** What the table calls it. */
  name: string;
  /** Line of sh; its standard output goes to /dev/null unless it says otherwise. */
  line: string;
  /** The program, where it may be absent from a machine. */
  peer?: string;
}

export interface Measurement {
  name: string;
  /** Wall time of each round in seconds. */
  seconds: number[];
  medianSeconds: number;
  /** Largest resident set of one process over all rounds, in MB (10^6 bytes). */
  peakMegabytes: number;
}

/**
 * Runs the commands in turn (A B A B), so that what else the machine does falls on all of them alike.
 * The memory is the kernel's own count (wait4's ru_maxrss, in KiB) through GNU time, whose own
 * process is small: a child counts what its parent held at the fork.
 */
export function measure(commands: readonly Command[], rounds: number): Measurement[] {
  const folder = mkdtempSync(join(tmpdir(), 'imds-bench-'));
  const results = commands.map((command) => ({ name: command.name, seconds: [] as number[], peak: 0 }));
  try {
    for (let round = 0; round < rounds; round++) {
      commands.forEach((command, i) => {
        const result = results[i];
        const { seconds, peakKibibytes } = runOnce(command, folder);
        result?.seconds.push(seconds);
        if (result !== undefined) result.peak = Math.max(result.peak, peakKibibytes);
      });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return results.map(({ name, seconds, peak }) => ({
    name,
    seconds,
    medianSeconds: median(seconds),
    peakMegabytes: (peak * 1024) / 1e6,
  }));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** `$TIMED` in a line marks the process of a pipeline that is measured; without it, the line is one command. */
function runOnce(command: Command, folder: string): { seconds: number; peakKibibytes: number } {
  const report = join(folder, 'time');
  const timed = `/usr/bin/time -q -f %M -o '${report}'`;
  const line = command.line.includes('$TIMED')
    ? command.line.replace('$TIMED', timed)
    : `exec ${timed} ${command.line}`;
  const start = performance.now();
  const { status, stderr } = spawnSync('sh', ['-c', `cd '${folder}' && ${line}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, TZ: 'UTC' },
  });
  const seconds = (performance.now() - start) / 1000;
  if (status !== 0) {
    throw new Error(`${command.name}: exit code ${status}\n  ${command.line}\n${stderr}`);
  }
  return { seconds, peakKibibytes: Number(readFileSync(report, 'utf8')) };
}
