/**
 * The process that looks: whatever hangs while it does, a dead mount or an unreadable /proc, hangs here, and its
 * parent goes on. Its argument is what to look at, as JSON; what it finds is a line of JSON each.
 */
import { networkInterfaces } from 'node:os';
import type { Context, DoctorOptions } from './context.ts';
import { examine } from './examine.ts';
import { HostFiles } from './host-files.ts';
import { askProbe } from './probe-report.ts';
import { listProcesses } from './processes.ts';

const options: DoctorOptions = JSON.parse(process.argv[2] ?? '');
// Nobody is left to tell.
process.stdin.once('close', () => process.exit()).resume();

const files = new HostFiles();
const once = <T>(look: () => Promise<T>): (() => Promise<T>) => {
  let looking: Promise<T> | undefined;
  return () => {
    looking ??= look();
    return looking;
  };
};
const context: Context = {
  files,
  options,
  probe: once(() => askProbe(options.root)),
  processes: once(() => listProcesses(files)),
  uid: process.geteuid?.(),
  addresses: () =>
    Object.entries(networkInterfaces()).flatMap(([name, own = []]) =>
      own.map(({ address }) => ({ name, address })),
    ),
};
await examine(context, process.platform, (told) => process.stdout.write(`${JSON.stringify(told)}\n`));
process.exitCode = 0;
process.stdin.destroy();
