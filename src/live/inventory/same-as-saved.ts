import type { AttributedCall, Process } from '../../model.ts';
import { entityId } from '../../report/event-id.ts';

/**
 * Calls with their processes as saved events have them, so that a run of a program is the same one in the
 * inventory and in the log: by the process's entity id, and of its ancestors by the pid alone.
 */
export class SameAsSaved {
  readonly #processes = new WeakMap<Process, Process>();
  readonly #ancestors = new WeakMap<Process['ancestors'], Process['ancestors']>();

  call(attributed: AttributedCall): AttributedCall {
    const { process, host } = attributed;
    if (process === undefined || process.entityId !== undefined) return attributed;
    let same = this.#processes.get(process);
    if (same === undefined) {
      same = { ...process, entityId: entityId(host, process), ancestors: this.#without(process.ancestors) };
      this.#processes.set(process, same);
    }
    return { ...attributed, process: same };
  }

  #without(ancestors: Process['ancestors']): Process['ancestors'] {
    let without = this.#ancestors.get(ancestors);
    if (without === undefined) {
      without = ancestors.map((ancestor) => ({ ...ancestor, start: '' }));
      this.#ancestors.set(ancestors, without);
    }
    return without;
  }
}
