// Loaded before the command: tells, when it ends, what it took at most (KiB).
process.on('exit', () => process.stderr.write(`maxRSS=${process.resourceUsage().maxRSS}\n`));
