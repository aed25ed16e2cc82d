import type { Process } from '../model.ts';
import { escapeText } from '../report/escape.ts';
import { ProcessViews } from '../report/process-view.ts';
import { withoutCode } from '../report/program.ts';

/** Each caller has a time series for each version and operation that it uses. */
export const MAX_CALLERS = 200;
/** What one user may take of them: whoever runs a thousand programs leaves room for those of others. */
export const MAX_CALLERS_OF_USER = 100;
/** Characters, escapes counted as they are shown. */
const LONGEST = 120;

/** Callers beyond the maximum, and calls whose process is not known. */
export const OTHER = 'other';
export const UNKNOWN = 'unknown';

/** The label that callers are known by: as a report names them, without secrets, and few enough to keep. */
export class CallerLabels {
  readonly #views = new ProcessViews();
  readonly #known = new Set<string>();
  readonly #ofUser = new Map<string, number>();
  #turnedAway = 0;

  /** Calls of callers for which there was no room. */
  get turnedAway(): number {
    return this.#turnedAway;
  }

  of(process: Process | undefined): string {
    if (process === undefined) return UNKNOWN;
    const { program, startedBy } = this.#views.view(process);
    // Code that was given in an argument (`sh -c …`) is another each time, and kept for long where this is sent.
    const names = [program, startedBy].flatMap((name) => (name === undefined ? [] : withoutCode(name)));
    const label = shortened(names.join(' by '));
    if (this.#known.has(label) || this.#admit(label, process.userId ?? '')) return label;
    this.#turnedAway++;
    return OTHER;
  }

  #admit(label: string, user: string): boolean {
    const taken = this.#ofUser.get(user) ?? 0;
    if (this.#known.size >= MAX_CALLERS || taken >= MAX_CALLERS_OF_USER) return false;
    this.#known.add(label);
    this.#ofUser.set(user, taken + 1);
    return true;
  }
}

function shortened(name: string): string {
  const label = escapeText(name);
  // A program may have the name of what is no program.
  if (label === OTHER || label === UNKNOWN) return `./${label}`;
  if (label.length <= LONGEST) return label;
  // Not the first half of a character beyond 16 bits.
  return `${label.slice(0, LONGEST - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
