import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DEFAULT_ENDPOINTS } from '../../../src/cli/endpoint.ts';
import type { Context, DoctorOptions } from '../../../src/doctor/context.ts';
import { HostFiles } from '../../../src/doctor/host-files.ts';
import { type ProbeReport, parseProbeReport } from '../../../src/doctor/probe-report.ts';
import { listProcesses } from '../../../src/doctor/processes.ts';

export const ROOT = join(import.meta.dirname, '..', '..', '..');

export const OPTIONS: DoctorOptions = {
  endpoints: DEFAULT_ENDPOINTS,
  asksEndpoint: false,
  logFolder: '/var/log/imds',
  stateFolder: '/var/lib/imds',
  captureFolder: '/root',
  root: ROOT,
  version: '1.2.3',
  logLines: 0,
};

const made: string[] = [];

/** For `afterEach`. */
export function removeHosts(): void {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** A folder that stands for a host's root; a value that begins with `->` is a link. */
export function rootOf(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'imds-doctor-'));
  made.push(root);
  for (const [path, text] of Object.entries(files)) {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    if (text.startsWith('->')) symlinkSync(text.slice(2), file);
    else writeFileSync(file, text);
  }
  return root;
}

export interface FakeHost extends Partial<Omit<Context, 'probe'>> {
  files?: never;
  root?: string;
  /** What `imds-probe --check` prints; undefined where it does not run. */
  probe?: object | undefined;
}

/** What a check sees of a host with these files. */
export function contextOf(
  files: Readonly<Record<string, string>>,
  { probe, root, ...over }: FakeHost = {},
): Context {
  const host = new HostFiles(root ?? rootOf(files));
  return {
    files: host,
    options: OPTIONS,
    probe: () => Promise.resolve().then(() => reportOf(probe)),
    processes: async () =>
      (await host.exists('/proc')) ? listProcesses(host) : { running: [], uids: new Set(), unanswered: 0 },
    uid: 0,
    addresses: () => [],
    ...over,
  };
}

function reportOf(probe: object | undefined): ProbeReport {
  const report = probe && parseProbeReport(JSON.stringify({ version: '1.2.3', kernel: '6.1.0', ...probe }));
  if (report === undefined) throw new Error('the probe does not run');
  return report;
}

/** Files of /proc of a process. */
export function processFiles(pid: number, args: readonly string[], uid = 0): Record<string, string> {
  return {
    [`proc/${pid}/cmdline`]: args.map((argument) => `${argument}\0`).join(''),
    [`proc/${pid}/status`]: `Name:\tx\nUid:\t${uid}\t${uid}\t${uid}\t${uid}\n`,
  };
}
