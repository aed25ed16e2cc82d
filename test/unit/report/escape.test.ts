import { ok, strictEqual } from 'node:assert';
import fc from 'fast-check';
import {
  decodeLatin1,
  escapeCell,
  escapeJson,
  escapeMarkup,
  escapeText,
  jsonString,
} from '../../../src/report/escape.ts';

const HOSTILE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

describe('escape', () => {
  const texts: readonly (readonly [string, string])[] = [
    ['plain', 'plain'],
    ['日本 é', '日本 é'],
    ['\x1b[31m\x07', '\\x1B[31m\\x07'],
    ['a\nb\tc\x7f', 'a\\x0Ab\\x09c\\x7F'],
    ['\x9b1m', '\\x9B1m'],
    ['\u202Eevil\u2066\u200F\u061C', '\\u{202E}evil\\u{2066}\\u{200F}\\u{61C}'],
    ['a\u200Bb\uFEFF', 'a\\u{200B}b\\u{FEFF}'],
    ['\u2028\u2029', '\\u{2028}\\u{2029}'],
    ['x\uD800y', 'x\\u{D800}y'],
    ['\u{E0041}', '\\u{E0041}'],
    ['a\uFE0F\u{E0100}', 'a\\u{FE0F}\\u{E0100}'],
    ['\u180B\u3164\uFFF0', '\\u{180B}\\u{3164}\\u{FFF0}'],
    ['e\u0301 שָּׁ֝', 'e\u0301 שָּׁ֝'],
    [`e${'\u0301'.repeat(8)}`, `e${'\u0301'.repeat(6)}\\u{301}\\u{301}`],
    ['\u0338=\u20E0', '\\u{338}=\u20E0'],
    ['\u2800\u{1D159}\u{16FE4}', '\\u{2800}\\u{1D159}\\u{16FE4}'],
  ];
  for (const [input, expected] of texts) {
    it(`shows ${JSON.stringify(input)} as ${expected}`, () => strictEqual(escapeText(input), expected));
  }

  it('shows no character that Unicode says is not to be shown, in any format', () => {
    for (let code = 0; code <= 0x10ffff; code++) {
      const character = String.fromCodePoint(code);
      if (!/\p{Default_Ignorable_Code_Point}/u.test(character)) continue;
      for (const shown of [escapeText, escapeCell, escapeMarkup, jsonString].map((show) => show(character))) {
        ok(!shown.includes(character), `U+${code.toString(16)}: ${shown}`);
      }
    }
  });

  it('leaves nothing hostile in any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => ok(!HOSTILE.test(escapeText(text)))),
      { numRuns: 1000 },
    );
  });

  it('decodes UTF-8 held as latin1, and shows other bytes as \\xNN', () => {
    strictEqual(decodeLatin1(Buffer.from('日本é😀', 'utf8').toString('latin1')), '日本é😀');
    strictEqual(decodeLatin1('a\xff\xc3b\xed\xa0\x80'), 'a\\xFF\\xC3b\\xED\\xA0\\x80');
  });

  it('decodes any UTF-8 as TextDecoder does', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        strictEqual(decodeLatin1(Buffer.from(text, 'utf8').toString('latin1')), text);
      }),
    );
  });

  it('makes JSON that is safe to print and has the same value', () => {
    strictEqual(jsonString('\u202Ex\x9b"'), '"\\u202ex\\u009b\\""');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        strictEqual(JSON.parse(jsonString(text)), text);
        strictEqual(JSON.parse(escapeJson(JSON.stringify({ text }))).text, text);
        ok(!HOSTILE.test(jsonString(text)));
      }),
      { numRuns: 1000 },
    );
  });

  const cells: readonly (readonly [string, string])[] = [
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['  =1', "'  =1"],
    ['"=1', `'"=1`],
    ['＝1', "'＝1"],
    ['\t=1', '\\x09=1'],
    ['a=1', 'a=1'],
    ['app/1 (x;=1+1)', "app/1 (x;'=1+1)"],
    ['a; "-1;@b;c', "a;' \"-1;'@b;c"],
  ];
  for (const [input, expected] of cells) {
    it(`keeps a spreadsheet from running ${JSON.stringify(input)}`, () =>
      strictEqual(escapeCell(input), expected));
  }

  it('leaves no character of markup in any text, and loses none', () => {
    const characters: Record<string, string> = {
      amp: '&',
      lt: '<',
      gt: '>',
      quot: '"',
      '#39': "'",
      '#96': '`',
    };
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'&<>"\'`a;#\u202E') }), (text) => {
        const escaped = escapeMarkup(text);
        ok(!/[<>"'`]|&(?!(?:amp|lt|gt|quot|#39|#96);)/.test(escaped), escaped);
        const read = escaped.replace(/&([^;]+);/g, (_, name) => characters[name] ?? '?');
        strictEqual(read, escapeText(text));
      }),
      { numRuns: 1000 },
    );
  });
});
