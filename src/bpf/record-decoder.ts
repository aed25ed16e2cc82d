import type { Counters, Problem } from '../model.ts';
import { parseRecord } from './parse.ts';
import { type JournalRecord, MAX_RECORD_BYTES } from './records.ts';

/** So many records that cannot be used are told one by one; the rest is summed up. */
const MAX_TOLD = 3;
const REMEDY = 'The others were used. Get the file again from where it was captured.';

/** Reads records of one file; what is none is counted, told with its place, and skipped. */
export class RecordDecoder {
  readonly losses: Counters = {};
  readonly problems: Problem[] = [];
  readonly #name: string;
  #refused = 0;

  constructor(name: string) {
    this.#name = name;
  }

  /** @param place where the record is, in words: `line 12, offset 3401` */
  decode(json: Uint8Array, place: () => string): JournalRecord | undefined {
    const parsed = parseRecord(json);
    if ('record' in parsed) return parsed.record;
    if ('unknownType' in parsed) this.#count('records.unknown_type');
    else if ('tooLong' in parsed) this.tooLong(place());
    else this.invalid(`expected a journal record, found ${wording(parsed.invalid)}`, place());
    return undefined;
  }

  invalid(what: string, place: string): void {
    this.#refuse('records.invalid', what, place);
  }

  tooLong(place: string): void {
    this.#refuse(
      'records.too_long',
      `expected a record of at most ${MAX_RECORD_BYTES} bytes, found more`,
      place,
    );
  }

  /** The file ends within its last line, as after a writer that was killed. */
  torn(place: string): void {
    this.#refuse('records.torn', 'the file ends within a record', place);
  }

  /** Says how many were only counted. */
  close(): void {
    if (this.#refused <= MAX_TOLD) return;
    this.problems.push({
      code: 'records.invalid',
      message: `${this.#name}: ${this.#refused - MAX_TOLD} more records that cannot be used are not listed`,
      remedy: REMEDY,
      damage: true,
    });
    this.#refused = 0;
  }

  #refuse(code: string, what: string, place: string): void {
    this.#count(code);
    if (++this.#refused > MAX_TOLD) return;
    this.problems.push({
      code,
      message: `${this.#name}: ${what}, at ${place}; it was skipped`,
      remedy: REMEDY,
      damage: true,
    });
  }

  #count(name: string): void {
    this.losses[name] = (this.losses[name] ?? 0) + 1;
  }
}

function wording(invalid: string): string {
  return invalid.startsWith('`') ? `a missing or wrong ${invalid}` : invalid;
}
