import type { CallerTarget } from '../callers/types.ts';
import { type CaptureSummary, type Host, INTERRUPTED, type Problem } from '../model.ts';
import type { EventFile } from './event-files.ts';
import { HostDays } from './host-days.ts';
import type { ReadOptions } from './read-events.ts';
import { daysBefore, select } from './saved-filter.ts';
import { lossesOf, readInventory } from './saved-inventory.ts';

/**
 * Raises what was counted to what an inventory knows. To be read when everything else was: its calls may be
 * among those.
 */
export async function raiseToInventory(
  file: EventFile,
  target: CallerTarget,
  { filter, signal, wasStopped }: ReadOptions,
): Promise<CaptureSummary> {
  const problems: Problem[] = [];
  let losses = {};
  let callers = 0;
  let hosts: readonly Host[] = [];
  const before = new HostDays();
  try {
    const saved = await readInventory(
      file.location,
      (read, hostIds) => {
        callers++;
        const { caller, leftOut } = select(read, filter, { hostIds, forgetsOldest: true });
        for (const one of leftOut) target.leaveOutRaised(one);
        if (caller !== undefined) target.raiseCaller(caller);
        before.add(read, daysBefore(read, filter));
      },
      signal,
    );
    losses = lossesOf(saved);
    hosts = saved.hosts.filter(({ name, id }) => filter.hosts?.has(name, id) ?? true);
    if (saved.damage !== undefined) problems.push(damageOf(file.path, saved.damage));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (typeof code !== 'string') throw error;
    problems.push(damageOf(file.path, `reading failed: ${message}`));
  }
  if (wasStopped()) {
    const message = `${file.path}: stopped by a signal; the report covers what was read until then`;
    problems.push({ code: INTERRUPTED, message, damage: false });
  }
  for (const [caller, days] of before.all()) target.raiseBefore(caller, days);
  return {
    name: file.path,
    files: [file.path],
    ...(hosts.length === 0 ? {} : { hosts }),
    packets: 0,
    bytes: 0,
    events: 0,
    callers,
    completeness: {
      losses,
      connections: 0,
      provableConnections: 0,
      capturedBytes: 0,
      kernelBytes: 0,
      lookups: { made: 0, found: 0 },
    },
    problems,
  };
}

function damageOf(path: string, what: string): Problem {
  return {
    code: 'inventory.damaged',
    message: `${path}: expected an inventory of callers; ${what}`,
    remedy: 'What could be read of it is in the report.',
    damage: true,
  };
}
