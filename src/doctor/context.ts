import type { Endpoint } from '../model.ts';
import type { HostFiles } from './host-files.ts';
import type { ProbeReport } from './probe-report.ts';
import type { RunningProcess } from './processes.ts';
import type { Finding } from './types.ts';

/** What is looked at by several checks, and asked for once. */
export interface Context {
  files: HostFiles;
  options: DoctorOptions;
  /** What `imds-probe --check` says; fails where it cannot be run. */
  probe(): Promise<ProbeReport>;
  processes(): Promise<Processes>;
  /** The effective user; undefined where there are none (Windows). */
  uid: number | undefined;
  /** Addresses of this host by interface. */
  addresses(): readonly { name: string; address: string }[];
}

export interface Processes {
  running: readonly RunningProcess[];
  /** Of any process: real, effective, saved. */
  uids: ReadonlySet<number>;
  /** Processes that could not be read in time. */
  unanswered: number;
}

export interface DoctorOptions {
  endpoints: readonly Endpoint[];
  /** Ask them: this makes traffic. */
  asksEndpoint: boolean;
  logFolder: string;
  stateFolder: string;
  /** Where `-w` would write. */
  captureFolder: string;
  /** Folder and version of the package. */
  root: string;
  version: string;
  /** Of the log, for a bundle; 0 for no bundle. */
  logLines: number;
}

/** One look at one thing. */
export interface Examiner {
  id: string;
  title: string;
  /** Milliseconds, after which it is said that nothing answered. */
  limit: number;
  examine(context: Context): Promise<Finding>;
}
