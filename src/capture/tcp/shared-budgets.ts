import { Texts } from '../http/texts.ts';
import type { Shared } from './connection.ts';
import { BufferPool, MemoryBudget } from './memory-budget.ts';

const MIB = 1024 * 1024;
/** Of one capture, for all its connections together. */
const HISTORY_BYTES = 8 * MIB;
const HELD_BYTES = 16 * MIB;
const LINE_BYTES = 16 * MIB;
const PENDING_BYTES = 8 * MIB;

/** What the connections of a capture share in memory: the same for whoever reads the capture. */
export function sharedBudgets(): Pick<Shared, 'histories' | 'held' | 'lines' | 'pending' | 'texts'> {
  return {
    histories: new BufferPool(HISTORY_BYTES),
    held: new MemoryBudget(HELD_BYTES),
    lines: new MemoryBudget(LINE_BYTES),
    pending: new MemoryBudget(PENDING_BYTES),
    texts: new Texts(),
  };
}
