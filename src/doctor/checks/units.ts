import type { Context, Examiner } from '../context.ts';
import { isPredecessor } from '../processes.ts';

/** Where units of the system are (systemd.unit(5)), the first that has one wins. */
const FOLDERS = [
  '/etc/systemd/system',
  '/run/systemd/system',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
];
/** What a unit is enabled for is a folder of links beside it. */
const WANTS = /\.(?:wants|requires)$/;
const OWN = 'imds.service';
const PREDECESSOR = 'imds_tracer_tool.service';

export const predecessor: Examiner = {
  id: 'predecessor',
  title: 'Predecessor',
  limit: 5000,
  async examine(context) {
    const unit = await unitOf(context, PREDECESSOR);
    const { running } = await context.processes();
    const pids = running.filter(isPredecessor).map(({ pid }) => pid);
    if (unit === undefined && pids.length === 0) return { status: 'ok', text: `no ${PREDECESSOR}` };
    const what = unit === undefined ? `no ${PREDECESSOR}` : unitText(unit);
    const runs =
      pids.length === 0 ? 'aws-imds-packet-analyzer does not run' : `it runs (pid ${pids.join(', ')})`;
    const text = `${what}; ${runs}, and writes to the same /var/log/imds/imds-trace.log`;
    const remedy =
      unit === undefined
        ? 'End it before imds live takes its place; its logs stay.'
        : `systemctl disable --now ${PREDECESSOR}, when imds live takes its place; its logs stay.`;
    return { status: 'warn', text, remedy };
  },
};

export const service: Examiner = {
  id: 'service',
  title: 'Service',
  limit: 3000,
  async examine(context) {
    const unit = await unitOf(context, OWN);
    if (unit === undefined) return { status: 'ok', text: `no ${OWN}: imds live is started by hand` };
    const text = unitText(unit);
    if (unit.isMasked) {
      return { status: 'warn', text, remedy: `systemctl unmask ${OWN}, if it is to run.` };
    }
    if (unit.isEnabled) return { status: 'ok', text };
    return { status: 'warn', text, remedy: `systemctl enable --now ${OWN}, if it is to run from boot.` };
  },
};

interface Unit {
  path: string;
  isEnabled: boolean;
  /** A link to /dev/null, or empty. */
  isMasked: boolean;
}

async function unitOf({ files }: Context, name: string): Promise<Unit | undefined> {
  let found: Unit | undefined;
  let isEnabled = false;
  for (const folder of FOLDERS) {
    const names: string[] = await files.list(folder).catch(() => []);
    const path = `${folder}/${name}`;
    if (found === undefined && names.includes(name)) {
      const stats = await files.stat(path).catch(() => undefined);
      found = { path, isEnabled: false, isMasked: stats !== undefined && stats.size === 0 };
    }
    for (const wants of names.filter((entry) => WANTS.test(entry))) {
      isEnabled ||= await files.exists(`${folder}/${wants}/${name}`);
    }
  }
  return found && { ...found, isEnabled };
}

function unitText({ path, isEnabled, isMasked }: Unit): string {
  if (isMasked) return `${path} is masked`;
  return `${path}, ${isEnabled ? 'enabled' : 'not enabled'}`;
}
