import type { Process } from '../model.ts';
import { TextBudget } from './few-values.ts';

/** Characters of the callers' processes: some 1,500 each where there are the most callers. */
const MAX_TEXT = 24 * 1024 * 1024;
/** Arguments, and for each process and ancestor as much as eight of them: some 16 bytes each besides their text. */
const MAX_PARTS = 1_500_000;
const PARTS_OF_EACH = 8;

/** What a row keeps of its example, the process and what it descends from. */
export interface ProcessSize {
  text: number;
  parts: number;
}

export const NOTHING_KEPT: ProcessSize = { text: 0, parts: 0 };

/** Processes that all callers may keep together: how long their arguments are, and how many, others choose. */
export class ProcessBudget {
  readonly #text = new TextBudget(MAX_TEXT);
  readonly #parts = new TextBudget(MAX_PARTS);

  /** Undefined where there is no room for it; else it is counted. */
  take(process: Process | undefined): ProcessSize | undefined {
    const size = sizeOf(process);
    if (size.text > this.#text.left || !this.#parts.take(size.parts)) return undefined;
    this.#text.take(size.text);
    return size;
  }

  giveBack({ text, parts }: ProcessSize): void {
    this.#text.giveBack(text);
    this.#parts.giveBack(parts);
  }
}

function sizeOf(process: Process | undefined): ProcessSize {
  if (process === undefined) return NOTHING_KEPT;
  const size = { text: 0, parts: 0 };
  for (const { args = [], executable = '', name = '' } of [process, ...process.ancestors]) {
    size.text += executable.length + name.length;
    size.parts += PARTS_OF_EACH + args.length;
    for (const argument of args) size.text += argument.length;
  }
  return size;
}
