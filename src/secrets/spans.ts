import { type Normal, sourceAt } from './normal.ts';

/** What stands in the place of a secret: always the same, so that it tells nothing of its length. */
export const MASK = '*****';

/** A part of a text: `to` is not in it. */
export interface Span {
  from: number;
  to: number;
}

/** Parts of the source to mask, found in it or in its normal form. */
export class Spans {
  readonly #source: string;
  readonly #spans: Span[] = [];

  constructor(source: string) {
    this.#source = source;
  }

  add(normal: Normal, { from, to }: Span): void {
    if (to > from) this.#spans.push({ from: sourceAt(normal, from), to: sourceAt(normal, to) });
  }

  /** The source with every span masked, those that overlap or touch as one. */
  masked(): string {
    const spans = this.#spans.sort((a, b) => a.from - b.from);
    let masked = '';
    let end = -1;
    for (const { from, to } of spans) {
      if (from > end) masked += this.#source.slice(Math.max(end, 0), from) + MASK;
      end = Math.max(end, to);
    }
    return masked + this.#source.slice(Math.max(end, 0));
  }
}
