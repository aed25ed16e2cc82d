import { escapeMarkup } from '../escape.ts';

/** Text that is HTML already. Only {@link html} and {@link trusted} make it. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

export type Content = Markup | string | number | undefined | readonly Content[];

/**
 * HTML of a template. What is put into it is escaped, for text and for attributes in double quotes alike,
 * unless it is markup; so nothing from outside can become markup by being forgotten.
 */
export function html(strings: TemplateStringsArray, ...contents: Content[]): Markup {
  let text = strings[0] ?? '';
  for (const [index, content] of contents.entries()) text += render(content) + (strings[index + 1] ?? '');
  return new Markup(text);
}

/** For constants of the program: its style and its script, which no character reference may stand in. */
export function trusted(text: string): Markup {
  return new Markup(text);
}

function render(content: Content): string {
  if (content === undefined) return '';
  if (content instanceof Markup) return content.text;
  if (typeof content === 'number') return String(content);
  if (typeof content === 'string') return escapeMarkup(content);
  return content.map(render).join('');
}
