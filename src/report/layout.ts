import { escapeText } from './escape.ts';

/** Columns that a text takes on a terminal. */
export type WidthOf = (text: string) => number;

/** Columns beyond which prose is hard to read, however wide the terminal is. */
export const PROSE = 90;

const ASCII = /^[ -~]*$/;

/**
 * Width by string-width, which is loaded only when a text is not plain ASCII: it takes as long to load
 * as half of Node's own start.
 */
export async function loadWidth(texts: Iterable<string>): Promise<WidthOf> {
  for (const text of texts) {
    if (!ASCII.test(text.replace(OWN_CHARACTERS, ''))) {
      const { default: stringWidth } = await import('string-width');
      return (value) => (ASCII.test(value) ? value.length : stringWidth(value));
    }
  }
  return (value) => value.length;
}

/** Characters of the report's own, each one column wide. */
const OWN_CHARACTERS = /[…←·–▁▂▃▄▅▆▇█µ]/g;

let segmenter: Intl.Segmenter | undefined;

/** The text in at most `width` columns, with an ellipsis for what is cut. */
export function truncate(text: string, width: number, widthOf: WidthOf): string {
  if (widthOf(text) <= width) return text;
  if (width < 1) return '';
  if (ASCII.test(text)) return `${text.slice(0, width - 1)}…`;
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  let kept = '';
  let used = 0;
  for (const { segment } of segmenter.segment(text)) {
    const more = widthOf(segment);
    if (used + more > width - 1) break;
    kept += segment;
    used += more;
  }
  return `${kept}…`;
}

/** `…/iam/security-credentials/app`, of a path; what is not plain is cut at its end, as everywhere. */
export function truncateStart(text: string, width: number, widthOf: WidthOf): string {
  if (widthOf(text) <= width || widthOf(text) !== text.length || width < 2)
    return truncate(text, width, widthOf);
  return `…${text.slice(text.length - width + 1)}`;
}

export function padEnd(text: string, width: number, widthOf: WidthOf): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

export function padStart(text: string, width: number, widthOf: WidthOf): string {
  return ' '.repeat(Math.max(0, width - widthOf(text))) + text;
}

/** Paragraph of words in lines of at most `width` columns; the lines after the first are indented. */
export function wrap(text: string, width: number, indent: string, widthOf: WidthOf): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    const room = lines.length === 0 ? width : width - indent.length;
    if (line !== '' && widthOf(longer) > room) {
      lines.push(line);
      line = truncate(word, width - indent.length, widthOf);
    } else line = longer === word ? truncate(word, room, widthOf) : longer;
  }
  lines.push(line);
  return lines.map((text, index) => (index === 0 ? text : indent + text));
}

/** Joins what is known of something by a middle dot. */
export function joinKnown(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(' · ');
}

/** A few values in one cell: the first, and how many more. */
export function fewText(values: readonly string[], shown: number): string {
  const list = values.slice(0, shown).map(escapeText).join(', ');
  return values.length > shown ? `${list} +${values.length - shown}` : list;
}
