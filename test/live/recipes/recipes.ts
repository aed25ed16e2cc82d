import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const FETCHED = join(ROOT, '.cache', 'clients', 'root', 'usr');
const LIBRARIES = join(FETCHED, 'lib', process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu');

export const LOGROTATE = join(FETCHED, 'sbin', 'logrotate');
export const RSYSLOGD = join(FETCHED, 'sbin', 'rsyslogd');
export const RSYSLOG_MODULES = join(LIBRARIES, 'rsyslog');
export const ENVIRONMENT = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LD_LIBRARY_PATH: LIBRARIES };

/** What imds live writes. */
export const LOGS = ['imds-trace.log', 'imds-calls.jsonl'];

export interface Account {
  user: string;
  group: string;
}

/** For a machine that is busy: imds has to fill two files of a megabyte. */
const PATIENCE_MS = 60_000;

/** Whether the set-up has fetched Debian's logrotate and rsyslog. */
export function areThere(): boolean {
  return [
    LOGROTATE,
    RSYSLOGD,
    join(RSYSLOG_MODULES, 'imfile.so'),
    join(LIBRARIES, 'libestr.so.0'),
    join(LIBRARIES, 'libpopt.so.0'),
  ].every((path) => existsSync(path));
}

/**
 * A recipe of packaging/, for a folder of a test. Each replacement has to be found, or the recipe that is tried is not
 * the one that is given away.
 */
export function recipe(
  path: string,
  replacements: readonly (readonly [from: string | RegExp, to: string])[],
): string {
  let text = readFileSync(join(ROOT, 'packaging', path), 'utf8');
  for (const [from, to] of replacements) {
    const replaced = text.replaceAll(typeof from === 'string' ? from : new RegExp(from, 'gs'), to);
    if (replaced === text) throw new Error(`${path} has no ${from}`);
    text = replaced;
  }
  return text;
}

/** Lines of a log, packed or not. */
export function linesOf(path: string): string[] {
  const bytes = readFileSync(path);
  const text = path.endsWith('.gz') ? gunzipSync(bytes).toString() : bytes.toString();
  return text.split('\n').filter((line) => line !== '');
}

export async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!condition()) {
    assert.ok(Date.now() < end, 'in time');
    await sleep(50);
  }
}
