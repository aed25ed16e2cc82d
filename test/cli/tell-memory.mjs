// Loaded before the command: tells, when it ends, what it took at most (KiB).
import { readFileSync } from 'node:fs';

/**
 * Of its own memory. getrusage's maxrss, which other systems have alone, is on Linux at least what the process that
 * started it had: a fork is that until it executes something else.
 */
function peak() {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS;
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
}

process.on('exit', () => process.stderr.write(`peak=${peak()}\n`));
