import type { FileTree } from './file-tree.ts';
import { LOGS } from './folders.ts';
import type { Plan, Step } from './plan.ts';
import { isInstalled, PREDECESSOR, type Service, wantsOf } from './survey.ts';

/** Both write /var/log/imds/imds-trace.log; this program alone writes the other beside it. */
const SHARED_LOG = 'imds-trace.log';
const OWN_EVENTS = 'imds-calls.jsonl';
/** Folder of the predecessor's logs once this program has taken over; `imds report` reads what is in it, too. */
const KEPT = 'imds-tracer-tool';

/**
 * How the predecessor's service gives way: stopped and disabled; its unit file and its logs stay. Nothing where there
 * is none. Unless that is asked for, it is only told of.
 */
export async function replacement(
  predecessor: Service,
  tree: FileTree,
  { replace, isImage }: { replace: boolean; isImage: boolean },
): Promise<Plan> {
  if (!isInstalled(predecessor)) return { steps: [], notes: [] };
  const { isEnabled, isActive } = predecessor;
  if (!replace) return { steps: [], notes: isEnabled || isActive ? [beside(isActive)] : [] };
  const steps: Step[] = [];
  if (isImage && isEnabled) steps.push({ kind: 'remove', path: wantsOf(PREDECESSOR) });
  if (!isImage && (isEnabled || isActive)) {
    steps.push({ kind: 'systemctl', args: ['disable', '--now', PREDECESSOR] });
  }
  steps.push(...(await logsKept(tree)));
  const note = `${PREDECESSOR} (aws-imds-packet-analyzer) is replaced: its unit file and its logs stay; systemctl enable --now ${PREDECESSOR} brings it back`;
  return { steps, notes: steps.length > 0 ? [note] : [] };
}

function beside(isActive: boolean): string {
  const how = isActive ? 'is running' : 'is enabled';
  return `${PREDECESSOR} (aws-imds-packet-analyzer) ${how}, and writes ${LOGS}/${SHARED_LOG} too; --replace-predecessor stops and disables it, and keeps its logs`;
}

/** Its logs, before this program rolls them away as its own. They are its alone while there are no events beside them. */
async function logsKept(tree: FileTree): Promise<Step[]> {
  const names = await tree.list(LOGS);
  if (names.some((name) => name.startsWith(OWN_EVENTS) || name === KEPT)) return [];
  return names
    .filter((name) => name === SHARED_LOG || /^imds-trace\.log\.\d+$/.test(name))
    .map((name) => ({
      kind: 'rename',
      from: `${LOGS}/${name}`,
      to: `${LOGS}/${KEPT}/${name}`,
    }));
}
