import { UsageError } from '../errors.ts';
import { LOGS, STATE } from './folders.ts';
import type { Plan, Step } from './plan.ts';
import { isInstalled, PREDECESSOR, pathOf, type Survey, wantsOf } from './survey.ts';
import { UNIT } from './unit.ts';

export interface UninstallOptions {
  isImage: boolean;
  /** Remove a unit that somebody else changed. */
  force: boolean;
  /** Logs and inventory, too. */
  purge: boolean;
}

/**
 * What undoes {@link installPlan}.
 *
 * @throws UsageError for a unit that this program did not write
 */
export function uninstallPlan(found: Survey, options: UninstallOptions): Plan {
  const { service, predecessor, dropIns, folders } = found;
  const { unit, packaged, isEnabled, isActive, obstacle } = service;
  const { isImage, force, purge } = options;
  const path = pathOf(UNIT);
  const isForeign = unit.kind === 'other' || (unit.kind === 'file' && unit.authorship === 'foreign');
  if (isForeign && !(force && unit.kind === 'file')) {
    throw new UsageError(`imds did not write ${path}, and it is not touched`, {
      code: 'service.not_ours',
      remedy: unit.kind === 'file' ? '--force removes it.' : 'Remove it by hand.',
    });
  }
  const steps: Step[] = [];
  const notes: string[] = [];
  if (isImage && isEnabled) steps.push({ kind: 'remove', path: wantsOf(UNIT) });
  if (!isImage && (isEnabled || isActive)) {
    steps.push({ kind: 'systemctl', args: ['disable', '--now', UNIT] });
  }
  if (unit.kind === 'file' && (unit.authorship === 'ours' || force)) {
    steps.push({ kind: 'remove', path });
    if (!isImage) {
      steps.push({ kind: 'systemctl', args: ['daemon-reload'] });
      // So that a failure of it is not remembered; without one there is nothing to forget.
      steps.push({ kind: 'systemctl', args: ['reset-failed', UNIT], tolerant: true });
    }
  } else if (unit.kind === 'file') {
    notes.push(`${path} was changed by hand, and is kept; --force removes it`);
  }
  if (obstacle !== undefined) notes.push(`${obstacle} is no link, and is kept: remove it by hand`);
  if (unit.kind === 'masked')
    notes.push(`${UNIT} is masked, and stays so; systemctl unmask ${UNIT} undoes it`);
  if (packaged !== undefined) notes.push(`${packaged} is the package's, and goes with it`);
  if (dropIns.length > 0) notes.push(`${dropIns.join(', ')} (of systemctl edit) is kept`);
  if (purge) steps.push(...folders.map((folder) => ({ kind: 'purge' as const, folder })));
  else if (steps.length > 0)
    notes.push(`logs stay in ${LOGS}, the inventory in ${STATE}; --purge removes both`);
  if (isInstalled(predecessor) && !predecessor.isEnabled && !isImage) {
    notes.push(`${PREDECESSOR} is disabled; systemctl enable --now ${PREDECESSOR} brings it back`);
  }
  return { steps, notes };
}
