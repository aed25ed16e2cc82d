import type { ImdsError } from '../errors.ts';
import type { Problem } from '../model.ts';
import { escapeText } from '../report/escape.ts';

/** `imds analyze: what happened, where. What to do.` in one line. */
export function diagnostic(command: string, problem: Problem | ImdsError): string {
  const sentence = /[.!?]$/.test(problem.message) ? problem.message : `${problem.message}.`;
  return note(command, problem.remedy === undefined ? sentence : `${sentence} ${problem.remedy}`);
}

/** One line on standard error, of no command where that is empty. File names, and what a capture says of itself, are hostile text. */
export function note(command: string, text: string): string {
  return `${command === '' ? 'imds' : `imds ${command}`}: ${escapeText(text)}\n`;
}
