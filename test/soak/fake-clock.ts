import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Folders of libraries, one for each architecture. */
const LIBRARIES = '/usr/lib';
const FAKETIME = 'faketime/libfaketimeMT.so.1';

export function canStepClock(): boolean {
  return libraryPath() !== undefined;
}

/**
 * A clock that can be stepped for one process: the machine's own is that of everybody. Debian's libfaketime
 * answers what programs ask of CLOCK_REALTIME; what the probe asks of the kernel is as it is.
 */
export function clockEnvironment(folder: string): { env: NodeJS.ProcessEnv; clockFile: string | undefined } {
  const library = libraryPath();
  if (library === undefined) return { env: process.env, clockFile: undefined };
  const clockFile = join(folder, 'clock');
  writeFileSync(clockFile, '+0\n', { mode: 0o644 });
  const env = {
    ...process.env,
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: clockFile,
    FAKETIME_CACHE_DURATION: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    FAKETIME_DONT_RESET: '1',
  };
  return { env, clockFile };
}

function libraryPath(): string | undefined {
  return readdirSync(LIBRARIES)
    .map((name) => join(LIBRARIES, name, FAKETIME))
    .find((path) => existsSync(path));
}
