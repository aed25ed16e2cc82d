import { UsageError } from '../errors.ts';
import type { FileTree } from './file-tree.ts';
import type { Plan, Step } from './plan.ts';
import { replacement } from './predecessor.ts';
import { pathOf, type Service, type Survey, wantsOf } from './survey.ts';
import { UNIT } from './unit.ts';

export interface InstallOptions {
  /** The unit as it is to be. */
  text: string;
  /** A file system in which nothing runs. */
  isImage: boolean;
  /** Write over a unit that somebody else wrote or changed. */
  force: boolean;
  replacePredecessor: boolean;
}

/**
 * What makes the service start now and at each boot; no step where that is so already.
 *
 * @throws UsageError for a unit in its place that this program did not write
 */
export async function installPlan(found: Survey, tree: FileTree, options: InstallOptions): Promise<Plan> {
  const { service, predecessor } = found;
  const { isImage } = options;
  const unit = unitSteps(service, options);
  const replaced = await replacement(predecessor, tree, {
    replace: options.replacePredecessor,
    isImage,
  });
  const steps = [...replaced.steps, ...unit.steps];
  if (isImage) {
    if (service.obstacle !== undefined) throw refused(`${service.obstacle} is no link`, 'Remove it first.');
    const target = service.packaged ?? pathOf(UNIT);
    if (!service.isEnabled) steps.push({ kind: 'link', path: wantsOf(UNIT), target });
  } else {
    if (unit.steps.length > 0) steps.push({ kind: 'systemctl', args: ['daemon-reload'] });
    if (!service.isEnabled) steps.push({ kind: 'systemctl', args: ['enable', UNIT] });
    if (!service.isActive) steps.push({ kind: 'systemctl', args: ['start', UNIT] });
    else if (unit.steps.length > 0) steps.push({ kind: 'systemctl', args: ['restart', UNIT] });
  }
  return { steps, notes: [...unit.notes, ...replaced.notes] };
}

function unitSteps({ unit, packaged }: Service, { text, force }: InstallOptions): Plan {
  const path = pathOf(UNIT);
  const write: Step = { kind: 'write', path, text };
  const nothing = { steps: [], notes: [] };
  switch (unit.kind) {
    case 'none':
      return packaged === undefined
        ? { steps: [write], notes: [] }
        : { steps: [], notes: [`${packaged} is the package's: it is enabled, and nothing written`] };
    case 'masked':
      throw refused(`${UNIT} is masked`, `systemctl unmask ${UNIT} lets it run again.`);
    case 'other':
      throw refused(`${path} is a link or no file`, 'Remove it first.');
    case 'file':
      if (unit.text === text) return nothing;
      if (unit.authorship === 'ours' || force) return { steps: [write], notes: [] };
      if (unit.authorship === 'foreign') {
        throw refused(`imds did not write ${path}`, '--force writes over it.');
      }
      return { steps: [], notes: [`${path} was changed by hand, and is kept; --force writes it anew`] };
  }
}

function refused(what: string, remedy: string): UsageError {
  return new UsageError(`${what}, and is not touched`, { code: 'service.not_ours', remedy });
}
