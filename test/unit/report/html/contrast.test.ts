import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const page = join(import.meta.dirname, '../../../../src/report/html/page');
const read = (name: string) => readFileSync(join(page, name), 'utf8');

const [light = '', dark = ''] = read('colours.css').split('@media (prefers-color-scheme: dark)');
const print = read('print.css');

/** Values of the custom properties in it that are colours. */
function coloursOf(css: string): Map<string, string> {
  return new Map(
    [...css.matchAll(/--([\w-]+): (#[\da-f]{6});/g)].map(([, name = '', value = '']) => [name, value]),
  );
}

/** Relative luminance (WCAG 2.2). */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

const STATUSES = ['v1', 'unknown', 'ready', 'other'];

for (const [scheme, css] of [
  ['light', light],
  ['dark', light + dark],
  ['print', light + print],
] as const) {
  describe(`the colours of the page, ${scheme}`, () => {
    const colours = coloursOf(css);
    const of = (name: string): string => {
      const colour = colours.get(name);
      assert.ok(colour, name);
      return colour;
    };

    const texts = [
      ...['ink', 'muted', 'link', ...STATUSES].flatMap((text) => [
        [text, 'paper'],
        [text, 'card'],
      ]),
      ...STATUSES.flatMap((status) => [
        [status, `${status}-tint`],
        ['ink', `${status}-tint`],
      ]),
      ['muted', 'other-tint'],
      ['link', 'other-tint'],
    ] as [string, string][];
    for (const [text, ground] of texts) {
      it(`reads ${text} on ${ground}`, () => {
        assert.ok(contrast(of(text), of(ground)) >= 4.5, contrast(of(text), of(ground)).toFixed(2));
      });
    }

    for (const status of STATUSES) {
      it(`shows bars of ${status}`, () => {
        for (const ground of ['paper', 'card']) {
          const value = contrast(of(`${status}-bar`), of(ground));
          assert.ok(value >= 3, `${ground} ${value.toFixed(2)}`);
        }
      });
    }
  });
}
