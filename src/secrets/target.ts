import type { Normal } from './normal.ts';
import { findParameters, isUrl } from './query.ts';
import type { Spans } from './spans.ts';
import { maskText, type Rule } from './text.ts';

/** Values of matrix parameters (`/x;jsessionid=…`, RFC 3986 §3.3). */
const MATRIX_VALUE = /(;[^\s;=/?#&]{1,64}=)([^;/?#]*)/g;

/**
 * A request target: every value of its query and of parameters in its path masked, and the userinfo of an
 * absolute form; path and names are kept. A part of the query without `=` is a value, unless it is
 * a short lower-case word.
 */
export function maskTarget(target: string): string {
  return maskText(target, findInTarget);
}

/** The same for an argument that is a URL and nothing else, blanks in it included. */
export function maskUrl(argument: string): string {
  return maskText(argument, findInUrl);
}

/** Whether an argument has a query that goes on to its end. */
export function hasQuery(argument: string): boolean {
  const question = argument.indexOf('?');
  if (question < 0) return isUrl(argument.slice(0, 80));
  const before = argument.slice(0, question);
  return before.includes('/') && !/\s/.test(before);
}

const findInTarget: Rule = (form, spans) => findParts(form, spans, true);

const findInUrl: Rule = (form, spans) => findParts(form, spans, isUrl(form.source.slice(0, 80)));

function findParts(form: Normal, spans: Spans, bare: boolean): void {
  // Encoded delimiters are part of a value.
  if (form.starts !== undefined) return;
  const { text } = form;
  const question = text.indexOf('?');
  const path = question < 0 ? text.length : question;
  for (const { index, 1: name = '', 2: value = '' } of text.slice(0, path).matchAll(MATRIX_VALUE)) {
    const from = index + name.length;
    spans.add(form, { from, to: from + value.length });
  }
  if (question < 0) return;
  findParameters(form, { from: question + 1, to: endOfQuery(text, question) }, spans, bare);
}

/** A fragment without `=` is a place in a document: `#installation`. */
function endOfQuery(text: string, question: number): number {
  const hash = text.lastIndexOf('#');
  return hash > question && /^#[a-z-]{1,16}$/.test(text.slice(hash, hash + 18)) ? hash : text.length;
}
