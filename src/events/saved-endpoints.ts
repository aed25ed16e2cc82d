import { isIP } from 'node:net';
import { textsOf } from './json-object.ts';

/** As many as --endpoint takes. */
const MAX_ENDPOINTS = 64;
const ENDPOINT = /^(?:\[([^\]]+)\]|([^:]+)):\d{1,5}$/;

/**
 * Endpoints that a recording watched, or that were looked for in it; undefined where nothing is said of them. One that
 * cannot be read is left out, and so proves nothing.
 */
export function savedEndpoints(value: unknown): readonly string[] | undefined {
  if (value === undefined) return undefined;
  return textsOf(value)?.slice(0, MAX_ENDPOINTS).filter(isEndpoint) ?? [];
}

function isEndpoint(text: string): boolean {
  const [, v6 = '', v4 = ''] = ENDPOINT.exec(text) ?? [];
  return isIP(v6) === 6 || isIP(v4) === 4;
}
