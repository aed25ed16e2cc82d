import { FailureError } from '../errors.ts';
import { parseStatusText, type SessionStatus } from './status-text.ts';
import { isInstalled, pathOf, type Survey } from './survey.ts';
import type { Systemctl } from './systemctl.ts';
import { UNIT } from './unit.ts';

const PROPERTIES = [
  'ActiveState',
  'SubState',
  'Result',
  'MainPID',
  'NRestarts',
  'StatusText',
  'Type',
  'ActiveEnterTimestampMonotonic',
] as const;

type Properties = Readonly<Record<(typeof PROPERTIES)[number], string>>;

/** How the service stands. What is not known is absent. */
export interface ServiceStatus {
  installed: boolean;
  /** Path of the unit that counts. */
  unit?: string;
  /** Who wrote it. */
  written_by?: 'imds service install' | 'package' | 'changed by hand' | 'somebody else' | 'masked';
  /** Starts at boot. */
  enabled: boolean;
  running: boolean;
  /** Everything is attached; absent where it runs and cannot tell (without sd-notify.node). */
  ready?: boolean;
  /** systemd's words: `active (running)`, `failed (failed)`. */
  state: string;
  since?: string;
  pid?: number;
  /** By systemd, since it was started by a person or at boot. */
  restarts: number;
  /** How the last run ended, where that was not well: `exit-code`, `watchdog`, `signal`, `oom-kill`. */
  last_result?: string;
  session?: Omit<SessionStatus, 'problem' | 'lost'> & { lost?: number };
  /** The last that a running session said on standard error. */
  last_problem?: string;
  /** Of aws-imds-packet-analyzer. */
  predecessor?: { enabled: boolean; running: boolean };
}

/** Now, by the two clocks that systemd and people use. */
export interface Clocks {
  wallMs: number;
  monotonicMs: number;
}

/** @throws FailureError where systemd does not answer */
export async function serviceStatus(
  found: Survey,
  systemctl: Systemctl,
  clocks: Clocks,
): Promise<ServiceStatus> {
  const { service, predecessor } = found;
  const properties = await show(systemctl);
  const { ActiveState, SubState, Result, MainPID, StatusText, Type } = properties;
  const isRunning = ActiveState === 'active' || ActiveState === 'reloading';
  const session = isRunning ? parseStatusText(StatusText) : undefined;
  const status: ServiceStatus = {
    installed: isInstalled(service),
    enabled: service.isEnabled,
    running: isRunning,
    state: `${ActiveState} (${SubState})`,
    restarts: Number(properties.NRestarts) || 0,
  };
  if (!isRunning || Type === 'notify') status.ready = isRunning;
  Object.assign(status, unitOf(found));
  if (isRunning) {
    status.since = since(properties.ActiveEnterTimestampMonotonic, clocks);
    status.pid = Number(MainPID);
  }
  if (Result !== 'success' && Result !== '') status.last_result = Result;
  if (session !== undefined) {
    const { views, attribution, calls, callers, lost, problem } = session;
    status.session = { views, attribution, calls, callers, ...(lost === undefined ? {} : { lost }) };
    if (problem !== undefined) status.last_problem = problem;
  }
  if (isInstalled(predecessor)) {
    status.predecessor = { enabled: predecessor.isEnabled, running: predecessor.isActive };
  }
  return status;
}

async function show(systemctl: Systemctl): Promise<Properties> {
  const { code, stdout, problem } = await systemctl(['show', `--property=${PROPERTIES.join(',')}`, UNIT]);
  if (code !== 0) {
    throw new FailureError(`systemctl show ${UNIT}: ${problem}`, {
      code: 'service.systemctl',
      remedy: 'See whether systemd answers: systemctl status.',
    });
  }
  const values = new Map(
    stdout.split('\n').map((line) => {
      const at = line.indexOf('=');
      return [line.slice(0, at), line.slice(at + 1)];
    }),
  );
  const value = (name: (typeof PROPERTIES)[number]) => values.get(name) ?? '';
  return {
    ActiveState: value('ActiveState'),
    SubState: value('SubState'),
    Result: value('Result'),
    MainPID: value('MainPID'),
    NRestarts: value('NRestarts'),
    StatusText: value('StatusText'),
    Type: value('Type'),
    ActiveEnterTimestampMonotonic: value('ActiveEnterTimestampMonotonic'),
  };
}

function unitOf({ service: { unit, packaged } }: Survey): Pick<ServiceStatus, 'unit' | 'written_by'> {
  switch (unit.kind) {
    case 'none':
      return packaged === undefined ? {} : { unit: packaged, written_by: 'package' };
    case 'masked':
      return { unit: pathOf(UNIT), written_by: 'masked' };
    case 'other':
      return { unit: pathOf(UNIT), written_by: 'somebody else' };
    case 'file':
      return { unit: pathOf(UNIT), written_by: AUTHORS[unit.authorship] };
  }
}

const AUTHORS = {
  ours: 'imds service install',
  changed: 'changed by hand',
  foreign: 'somebody else',
} as const;

/** @param microseconds of the monotonic clock, which no locale and no time zone changes */
function since(microseconds: string, { wallMs, monotonicMs }: Clocks): string {
  return new Date(wallMs - monotonicMs + Number(microseconds) / 1000).toISOString();
}
