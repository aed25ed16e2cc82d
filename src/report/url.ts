import { maskTarget, maskText } from '../secrets.ts';
import { decodeLatin1 } from './escape.ts';

/** A request target in the fields of ECS, without secrets. */
export interface UrlView {
  original: string;
  path: string;
  /** Names only, joined by `&`; undefined without a query. */
  query: string | undefined;
}

/** Splits a target (RFC 9112 §3.2) of any form; values of the query are in no part of the result. */
export function viewUrl(target: string): UrlView {
  const original = maskTarget(decodeLatin1(target));
  // A fragment has no place in a request (RFC 9112 §3.2), and is no part of the path that was classified.
  const [request = ''] = original.split('#', 1);
  const question = request.indexOf('?');
  const beforeQuery = question < 0 ? request : request.slice(0, question);
  const path = beforeQuery.replace(/^[a-z][a-z\d+.-]{0,31}:\/\/[^/]*/i, '');
  if (question < 0) return { original, path, query: undefined };
  const names = request
    .slice(question + 1)
    .split('&')
    .map((parameter) => parameter.split('=', 1)[0] ?? '');
  return { original, path, query: names.filter((name) => name !== '').join('&') };
}

/** A header's value as output may show it. */
export function viewHeader(value: string): string {
  return maskText(decodeLatin1(value));
}

/** Remembers the views of what recurs: the same few paths and user agents make up most of a capture. */
export class Memo<T> {
  readonly #make: (text: string) => T;
  readonly #kept = new Map<string, T>();

  constructor(make: (text: string) => T) {
    this.#make = make;
  }

  get(text: string): T {
    let made = this.#kept.get(text);
    if (made === undefined) {
      made = this.#make(text);
      if (this.#kept.size >= MAX_KEPT) this.#kept.clear();
      if (text.length <= LONGEST_KEPT) this.#kept.set(text, made);
    }
    return made;
  }
}

const MAX_KEPT = 1024;
const LONGEST_KEPT = 512;
