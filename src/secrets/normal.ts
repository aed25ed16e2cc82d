/**
 * A text as rules read it: percent-encoding and `\u00NN` decoded, compatibility forms (full-width letters,
 * no-break spaces) as their plain characters, controls and what nobody sees left out. Every position
 * leads back to the text as it is, which alone is shown.
 */
export interface Normal {
  text: string;
  source: string;
  /** Where in the source each character begins, and the source's end; undefined where both texts are the same. */
  starts: Int32Array | undefined;
}

const NOT_PLAIN = /(?:%[89a-f][\da-f])+|%(?:25)*([\da-f]{2})|\\(?:u00|x)([\da-f]{2})|[^\t\n\r -~]/giu;
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]/u;
/** What a text must hold for its normal form to differ. */
const DIFFERS = /[^\t\n\r -~]|%[\da-f]{2}|\\(?:u00|x)[\da-f]{2}/i;

export function identity(source: string): Normal {
  return { text: source, source, starts: undefined };
}

export function normalize(source: string): Normal {
  if (!DIFFERS.test(source)) return identity(source);
  const parts: string[] = [];
  const starts: number[] = [];
  const add = (text: string, start: number, step: 0 | 1): void => {
    parts.push(text);
    for (let index = 0; index < text.length; index++) starts.push(start + index * step);
  };
  let copied = 0;
  for (const match of source.matchAll(NOT_PLAIN)) {
    if (match.index > copied) add(source.slice(copied, match.index), copied, 1);
    const code = match[1] ?? match[2];
    const text = code === undefined ? decodeBytes(match[0]) : String.fromCharCode(Number.parseInt(code, 16));
    for (const character of text) add(fold(character), match.index, 0);
    copied = match.index + match[0].length;
  }
  if (copied < source.length) add(source.slice(copied), copied, 1);
  starts.push(source.length);
  return { text: parts.join(''), source, starts: Int32Array.from(starts) };
}

/** Characters that were sent as percent-encoded UTF-8; any other character as it is. */
function decodeBytes(text: string): string {
  return text.startsWith('%') ? Buffer.from(text.replaceAll('%', ''), 'hex').toString('utf8') : text;
}

function fold(character: string): string {
  if (character === '\t' || character === '\n' || character === '\r') return character;
  if (character === '\uFFFD' || UNSEEN.test(character)) return '';
  return character.normalize('NFKC').replace(/\s/g, ' ');
}

/** Where the character at `index` begins in the source. */
export function sourceAt({ starts }: Normal, index: number): number {
  return starts === undefined ? index : (starts[index] as number);
}

/** Whether the character stands in the source as itself: what is encoded ends no value. */
export function isLiteral({ text, source, starts }: Normal, index: number): boolean {
  return starts === undefined || source[starts[index] as number] === text[index];
}
