import { maskText } from '../../secrets.ts';
import { MAX_VALUE } from '../http/fields.ts';
import { separates } from './fill.ts';
import { type Kept, keptBy, keptByOfBeginning } from './fit.ts';

/** Which characters of a field's value may be saved; `open`: the value may go on. */
type Rule = (value: string, open: boolean) => Kept;

/** The whole value where it has this form, nothing where it has another. */
function form(pattern: RegExp): Rule {
  return (value) => new Uint8Array(value.length).fill(pattern.test(value) ? 1 : 0);
}

/** Those of its words that are on the list: what decides how a message is framed is exact with them. */
function words(...list: readonly string[]): Rule {
  const known = new Set(list);
  return (value) => {
    const kept = new Uint8Array(value.length).fill(1);
    for (const { 0: word, index } of value.matchAll(/[^\s,]+/g)) {
      if (!known.has(word.toLowerCase())) kept.fill(0, index, index + word.length);
    }
    return kept;
  };
}

/** Free text that calls show: what the masks of src/secrets.ts leave of it. */
const text: Rule = (value, open) => (open ? keptByOfBeginning : keptBy)(maskText, value);

/** Free text of harmless fields, which calls do not show: in its usual characters, and not longer than usual. */
function plain(pattern: RegExp): Rule {
  return (value, open) => {
    return value.length <= 256 && pattern.test(value) ? text(value, open) : new Uint8Array(value.length);
  };
}

const MEDIA_TYPE = String.raw`(?:\*|text|application|image|audio|video|multipart)/[a-z*][a-z\d*.+-]{0,31}`;
const PARAMETER = String.raw`; ?(?:q=[\d.]{1,5}|charset=[a-z\d-]{1,16})`;
const MEDIA = plain(
  new RegExp(`^${MEDIA_TYPE}(?:${PARAMETER})*(?:, ?${MEDIA_TYPE}(?:${PARAMETER})*)*$`, 'i'),
);
const DATE = form(/^[A-Z][a-z]{2}, \d\d[ -][A-Z][a-z]{2}[ -]\d{2,4} \d\d:\d\d:\d\d GMT$/);
/** Longer numbers are no length, and are refused blank as they are refused in full. */
const LENGTHS: Rule = (value) => {
  const isList = /^[\d,\s]*$/.test(value) && !/\d{16}/.test(value);
  return new Uint8Array(value.length).fill(isList ? 1 : 0);
};
const DIGITS = form(/^\d{1,15}$/);

/**
 * The fields whose values may be saved. Each has a form that leaves no room for a secret, but for the user
 * agent and X-Forwarded-For, which are in the calls and masked as they are there. Framing needs Content-Length,
 * Transfer-Encoding and Expect; the others say what client, service or cloud it is.
 */
const RULES = new Map<string, Rule>([
  ['user-agent', text],
  ['x-forwarded-for', text],
  ['content-length', LENGTHS],
  ['transfer-encoding', words('chunked', 'gzip', 'deflate', 'compress', 'identity', 'x-gzip', 'trailers')],
  ['expect', form(/^100-continue$/i)],
  ['host', plain(/^[\w.:[\]-]{1,64}$/)],
  ['accept', MEDIA],
  ['accept-encoding', words('gzip', 'deflate', 'br', 'zstd', 'identity', 'compress', 'x-gzip', '*', '*/*')],
  ['accept-ranges', words('bytes', 'none')],
  ['connection', words('close', 'keep-alive', 'upgrade', 'te', 'http2-settings', 'proxy-connection')],
  ['proxy-connection', words('close', 'keep-alive')],
  ['keep-alive', form(/^(?:(?:timeout|max)=\d{1,6}(?:, ?|$))*$/)],
  ['upgrade', words('h2c', 'websocket', 'http/2.0', 'tls/1.0')],
  ['te', words('trailers', 'gzip', 'deflate')],
  ['x-aws-ec2-metadata-token-ttl-seconds', DIGITS],
  // The headers by which other clouds' services know their clients, and SDKs count their attempts.
  ['metadata', form(/^(?:true|false)$/i)],
  ['metadata-flavor', words('google', 'ibm', 'amazon', 'azure')],
  ['metadata-token-expiry-seconds', DIGITS],
  ['amz-sdk-request', form(/^attempt=\d{1,3}(?:; ?max=\d{1,3})?$/)],
  ['content-type', MEDIA],
  ['allow', words('get', 'head', 'put', 'post', 'options', 'delete', 'patch')],
  ['date', DATE],
  ['last-modified', DATE],
  ['retry-after', DIGITS],
  ['server', plain(/^[\w ./()-]{1,64}$/)],
]);

/** Whether these are the first characters of a listed name: one that is not whole yet. */
export function beginsListedName(beginning: string): boolean {
  const lower = beginning.toLowerCase();
  if (lower === '') return false;
  return [...RULES.keys(), 'x-aws-ec2-metadata-token'].some((name) => name.startsWith(lower));
}

/** Values that are judged with what is folded into them (RFC 9112 §5.2). */
const FOLDED = new Set(['user-agent', 'x-forwarded-for', 'transfer-encoding', 'content-length']);

export function isFolded(name: string): boolean {
  return FOLDED.has(name.toLowerCase());
}

/** What recurs is judged once: user agents, hosts and dates make up most of a capture. */
const judged = new Map<string, Kept>();
const MAX_JUDGED = 1024;
const LONGEST_JUDGED = 256;

/** Which characters of a value, with the white space around it, may be saved; not to be written to. */
export function keptOfValue(name: string, value: string, open: boolean): Kept {
  const lower = name.toLowerCase();
  const rule = RULES.get(lower);
  if (rule === undefined) {
    // The blank behind the colon, and no more.
    return new Uint8Array(value.length).fill(value[0] === ' ' ? 1 : 0, 0, 1);
  }
  if (open || value.length > LONGEST_JUDGED) return judge(rule, value, open);
  const key = `${lower}:${value}`;
  let kept = judged.get(key);
  if (kept === undefined) {
    kept = judge(rule, value, open);
    if (judged.size >= MAX_JUDGED) judged.clear();
    judged.set(key, kept);
  }
  return kept;
}

function judge(rule: Rule, value: string, open: boolean): Kept {
  const kept = new Uint8Array(value.length);
  for (let i = 0; i < value.length; i++) if (separates(value.charCodeAt(i))) kept[i] = 1;
  let from = 0;
  while (isBlank(value[from])) from++;
  // Readers look no further; see fieldValue.
  let to = Math.min(value.length, from + MAX_VALUE);
  while (to > from && isBlank(value[to - 1])) to--;
  rule(value.slice(from, to), open).forEach((keep, i) => {
    if (keep === 1) kept[from + i] = 1;
  });
  return kept;
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t';
}
