import type { ImdsError } from '../errors.ts';
import type { Problem } from '../model.ts';
import { escapeText } from '../report/escape.ts';

/**
 * `imds analyze: what happened, where. What to do.` in one line. File names, and what a capture says of
 * itself, are hostile text.
 */
export function diagnostic(command: string, problem: Problem | ImdsError): string {
  const sentence = /[.!?]$/.test(problem.message) ? problem.message : `${problem.message}.`;
  const remedy = problem.remedy === undefined ? '' : ` ${problem.remedy}`;
  return `imds ${command}: ${escapeText(sentence + remedy)}\n`;
}
