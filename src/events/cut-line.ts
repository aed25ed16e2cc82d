import type { Nanoseconds } from '../model.ts';
import { parseEventTime, TIME_LENGTH } from './event-time.ts';
import { parseJson } from './json-object.ts';
import type { Line } from './line.ts';
import { isCutLogLine, logTime } from './log-forms.ts';

/** What the lines of imds-calls.jsonl begin with. */
const OPENING = '{"@timestamp":"';
/** What a value can lack where the line ends within a text; the text may be a name whose value is missing. */
const IN_TEXT = ['"', '":0'];
/** The same behind a text, a comma, a colon, or among the digits of a number. */
const BETWEEN = ['', '0', ':0', '"":0'];
const CUT_ESCAPE = /\\(?:u[0-9a-fA-F]{0,3})?$/;
const CUT_WORD = /(?:t(?:r(?:ue?)?)?|f(?:a(?:l(?:se?)?)?)?|n(?:u(?:ll?)?)?)$/;

/**
 * Whether a line is the beginning of one that imds writes, and no more: what a writer leaves that was killed, or whose
 * machine lost its power. The next one puts a line end behind it. Lines with other damage are none: whatever is behind
 * the damage was written, so that it is not the writer who stopped there.
 */
export function isCut(line: Line): boolean {
  const text = line.utf8();
  return isCutEvent(text) || isCutLogLine(text);
}

function isCutEvent(text: string): boolean {
  if (!(text.startsWith(OPENING) || OPENING.startsWith(text))) return false;
  const { closing, isInText, isEscaped } = scan(text);
  if (closing === '') return false;
  const rest = isInText ? (isEscaped ? CUT_ESCAPE : '') : CUT_WORD;
  const whole = text.replace(rest, '');
  const ends = isInText ? IN_TEXT : BETWEEN;
  return ends.some((end) => parseJson(whole + end + closing) !== undefined);
}

/** @returns the brackets that would close it, and how it ends; no brackets where one is closed that is not open */
function scan(text: string): { closing: string; isInText: boolean; isEscaped: boolean } {
  const open: string[] = [];
  let isInText = false;
  let escapeEnd = -1;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (isInText) {
      if (character === '"') isInText = false;
      else if (character === '\\') {
        escapeEnd = at + (text[at + 1] === 'u' ? 6 : 2);
        at++;
      }
    } else if (character === '"') isInText = true;
    else if (character === '{') open.push('}');
    else if (character === '[') open.push(']');
    else if (character === open.at(-1)) {
      open.pop();
      if (open.length === 0) return { closing: '', isInText, isEscaped: false };
    }
  }
  return { closing: open.reverse().join(''), isInText, isEscaped: escapeEnd > text.length };
}

/** The time that a line begins with, be it whole or cut behind it. */
export function timeAtHead(line: Line): Nanoseconds | undefined {
  const head = line.latin1(line.start, Math.min(line.end, line.start + OPENING.length + TIME_LENGTH));
  return head.startsWith(OPENING) ? parseEventTime(head.slice(OPENING.length)) : logTime(head);
}
