import type { ProcessRecord } from './records.ts';

/** So many texts and argument lists that recur are known at a time; longer ones are not looked for. */
const MAX_KNOWN = 1024;
const LONGEST = 512;

/**
 * Parsing makes every text anew. What processes have in common, as the runs of one program do, is kept once:
 * without their pids and times, ten thousand of them are alike.
 */
export class Likeness {
  readonly #texts = new Map<string, string>();
  readonly #lists = new Map<string, string[]>();

  /** Exchanges texts of the record for the same ones of earlier records. Its arguments are not to be changed. */
  share(record: ProcessRecord): void {
    for (const field of TEXTS) {
      const text = record[field];
      if (text !== undefined) record[field] = this.#text(text);
    }
    if (record.args !== undefined) record.args = this.#list(record.args);
  }

  #text(text: string): string {
    return text.length > LONGEST ? text : known(this.#texts, text, text);
  }

  #list(args: string[]): string[] {
    const key = JSON.stringify(args);
    return key.length > LONGEST ? args : known(this.#lists, key, args);
  }
}

const TEXTS = [
  'name',
  'executable',
  'cgroup_id',
  'cgroup_path',
  'container_id',
  'unit',
  'user_name',
] as const;

function known<T>(all: Map<string, T>, key: string, value: T): T {
  const earlier = all.get(key);
  if (earlier !== undefined) return earlier;
  if (all.size >= MAX_KNOWN) all.clear();
  all.set(key, value);
  return value;
}
