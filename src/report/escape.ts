/**
 * Characters that a terminal acts on, that reorder text, or that nobody sees: C0 and C1 controls, DEL,
 * format characters (bidi overrides and isolates), line and paragraph separators, lone surrogates, private use,
 * what Unicode says is not shown (DerivedCoreProperties.txt: zero width, fillers, variation selectors, tags), and
 * what fonts leave blank: the empty pattern of Braille, the null notehead of music, the Khitan filler. And marks
 * that combine where they draw over what is not theirs: before all else in a text, and beyond as many on a letter
 * as any script has (they are drawn on top of each other, over the lines above and below).
 */
const HOSTILE =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\u{1D159}\u{16FE4}]|[\p{Mn}\p{Me}](?<=(?:[\p{Mn}\p{Me}]{6}|^)[\p{Mn}\p{Me}])/gu;

const PRINTABLE_ASCII = /^[ -~]*$/;

/** Valid sequences of UTF-8 (RFC 3629 §4), or one byte that begins none, in bytes held as latin1. */
const UTF8_SEQUENCE =
  /[\xC2-\xDF][\x80-\xBF]|\xE0[\xA0-\xBF][\x80-\xBF]|[\xE1-\xEC\xEE\xEF][\x80-\xBF]{2}|\xED[\x80-\x9F][\x80-\xBF]|\xF0[\x90-\xBF][\x80-\xBF]{2}|[\xF1-\xF3][\x80-\xBF]{3}|\xF4[\x80-\x8F][\x80-\xBF]{2}|[\x80-\xFF]/g;

/** Characters that a spreadsheet takes for the start of a formula, their full-width forms included. */
const FORMULA = /^[\s'"]*[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/;
/** Behind a semicolon, a cell begins where the system writes decimals with a comma. */
const FORMULA_BEHIND = /;(?=[\s'"]*[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20])/g;

function hexadecimal(code: number): string {
  return code.toString(16).toUpperCase();
}

/** For terminal, log and CSV: what is hostile stands as `\xNN` or `\u{N…}`; everything else as it is. */
export function escapeText(text: string): string {
  if (PRINTABLE_ASCII.test(text)) return text;
  return text.replace(HOSTILE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code <= 0xff ? `\\x${hexadecimal(code).padStart(2, '0')}` : `\\u{${hexadecimal(code)}}`;
  });
}

/**
 * Text of bytes that the model holds as latin1 (what came by HTTP): UTF-8 where it is valid, `\xNN` for
 * each byte that is not. Controls are left to {@link escapeText}.
 */
export function decodeLatin1(text: string): string {
  if (PRINTABLE_ASCII.test(text)) return text;
  return text.replace(UTF8_SEQUENCE, (bytes) => {
    if (bytes.length > 1) return Buffer.from(bytes, 'latin1').toString('utf8');
    return `\\x${hexadecimal(bytes.charCodeAt(0))}`;
  });
}

/** A JSON string literal that is safe to print: the value is unchanged, hostile characters are `\uNNNN`. */
export function jsonString(text: string): string {
  const literal = JSON.stringify(text);
  return PRINTABLE_ASCII.test(literal) ? literal : escapeJson(literal);
}

/** The same for a whole JSON text, in which such characters can stand only within string literals. */
export function escapeJson(json: string): string {
  return json.replace(HOSTILE, (character) => {
    if (character === '\n') return character;
    let escaped = '';
    for (let index = 0; index < character.length; index++) {
      escaped += `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
    }
    return escaped;
  });
}

/** A CSV cell: escaped as for a terminal, and never run as a formula (OWASP, "CSV Injection"). */
export function escapeCell(text: string): string {
  const escaped = escapeText(text);
  const cell = FORMULA.test(escaped) ? `'${escaped}` : escaped;
  return cell.includes(';') ? cell.replace(FORMULA_BEHIND, ";'") : cell;
}

const MARKUP: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/**
 * For text and for quoted attributes of HTML: what is hostile to a terminal is so to a reader of a page, and
 * what could end the text or the attribute stands as a character reference.
 */
export function escapeMarkup(text: string): string {
  return escapeText(text).replace(/[&<>"'`]/g, (character) => MARKUP[character] ?? character);
}
