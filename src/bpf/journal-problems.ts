import type { Problem } from '../model.ts';
import { type JournalRecord, RECORD_FORMAT } from './records.ts';

/** Problems with one code that are told: whoever wrote the journal may have put any number of headers into it. */
const MAX_OF_A_KIND = 5;

/** What is wrong with the records of a capture, in words. */
export class JournalProblems {
  readonly told: Problem[] = [];
  readonly #capture: string;

  /** @param capture as the user named it */
  constructor(capture: string) {
    this.#capture = capture;
  }

  otherFormat(format: number): void {
    this.#tell({
      code: 'records.format',
      message: `expected journal records of format ${RECORD_FORMAT}, found format ${format}; they were not used`,
      remedy: 'Analyze it with the version of imds that recorded it, or a later one.',
      damage: true,
    });
  }

  noSession(type: JournalRecord['type']): void {
    this.#tell({
      code: 'records.no_session',
      message: `expected a session record before all others, found a ${type} record; those before it were not used`,
      remedy: 'Give all files of the recording, from its first one on.',
      damage: true,
    });
  }

  filesMissing(first: number, last: number): void {
    const which =
      first === last
        ? `file ${first} of this recording is`
        : `files ${first} to ${last} of this recording are`;
    this.#tell({
      code: 'records.files_missing',
      message: `${which} not there: its time under watch begins behind that`,
      damage: false,
    });
  }

  #tell(problem: Problem): void {
    if (this.told.filter(({ code }) => code === problem.code).length >= MAX_OF_A_KIND) return;
    this.told.push({ ...problem, message: `${this.#capture}: ${problem.message}` });
  }
}
