/** What stands in the place of a secret: always the same, so that it tells nothing of its length. */
export const MASK = '*****';

/**
 * Values that give themselves away by their shape:
 * - IMDS session tokens: base64url of 40 bytes that begin 01 00 04, so `AQAE…` with `==` (56 characters),
 *   also percent-encoded, and also where argv was cut within one;
 * - ids of AWS access keys (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html);
 * - session tokens of AWS STS, by the prefixes in use;
 * - JSON Web Tokens, and the prefixed tokens of GitHub, GitLab and Slack.
 *
 * Each alternative, once its prefix and its least length are there, takes all that follows: no
 * character is read more than a bounded number of times.
 */
const SHAPES = new RegExp(
  [
    'AQAE[\\w+/%-]{4,}=*',
    '(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12,}',
    '(?:IQoJ|IQoD|FwoG|FwoD|FQoG|FQoD|AQoD|AQoE)[\\w+/%-]{40,}=*',
    'eyJ[\\w-]{16,}(?:\\.[\\w-]*)*',
    '(?:gh[opsru]_|github_pat_|glpat-|xox[abprs]-)[\\w-]{16,}',
  ].join('|'),
  'g',
);

/** Part of a name (of an option, variable, header or field) whose value is a secret. */
const SENSITIVE = new RegExp(
  [
    'passw|passphrase|passcode|pwd|secret|token|credential|cookie|signature|bearer',
    'auth(?!or(?!i[sz]))',
    '(?:api|access|private|session|signing|encryption|account|shared|master)[-_.]?key',
    '(?<![a-z0-9])(?:pass|key)(?![a-z0-9])',
  ].join('|'),
  'gi',
);

/** Names that speak of a secret without holding one: `X-aws-ec2-metadata-token-ttl-seconds`, `--token-file`. */
const HARMLESS =
  /[-_.](?:ttl(?:[-_]seconds)?|seconds|file|path|dir|url|uri|type|name|version|expiry|expiration|stdin|jar)$|^--no-|anyauth$|auth-no-challenge$/i;

const NAME_START = /^[\w.-]{1,128}(?=[=:])/;
const OPTION_NAME = /^(?:-{1,2}|aws_)[\w.-]{1,128}$/i;
const LONG_OPTION = /^--[A-Za-z]/;
const URL_START = /^https?:\/\//i;
/** Options whose next argument is shell or program code, in which several values may stand. */
const CODE_OPTION = /^-{1,2}(?:\w{0,8}[cer]|eval|command|exec)$/;
/** `-u` of curl (also `-sku`) and `--user`: `user:password` follows. */
const USER_OPTION = /^(?:-[sSkLfivgnNO#046]{0,8}[uU]|--(?:proxy-)?user)$/;

const URL_USERINFO = /(:\/\/)[^\s/?#]*@/g;
/** `user:password@host` without a scheme, as curl takes it; an image's digest looks alike. */
const BARE_USERINFO = /(^|[\s'"=,(])([^\s'"=,(:/@]{1,64}):[^\s'"@/]{1,256}@(?!sha256:)/g;
const USER_PASSWORD =
  /(^|\s)(-[sSkLfivgnNO#046]{0,8}[uU] ?|--(?:proxy-)?user[ =])(?:(['"])([^:'"]{0,256}):[^'"]*|([^\s:'"]{0,256}):\S+)/g;
const QUERY_VALUE = /([?&][^\s=&?#'"]*=)(?:"[^"]*"?|'[^']*'?)?[^\s&#'"]*/g;

/** What a text must hold before the rules are worth a look: most texts are plain. */
const SUSPICIOUS =
  /[=:@?&]|pass|pwd|secret|token|cred|cookie|sign|auth|key|bearer|aws_|AQAE|AKIA|ASIA|ABIA|ACCA|IQo|FwoG|FwoD|FQoG|FQoD|AQo|eyJ|gh[opsru]_|github_|glpat-|xox/i;

const NAME_CHARACTER = new Uint8Array(128);
for (const character of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-') {
  NAME_CHARACTER[character.charCodeAt(0)] = 1;
}

/**
 * The text with every secret in it replaced by {@link MASK}: by shape, by the name before it
 * (`--token X`, `TOKEN=X`, `Authorization: X`, `"password": "X"`), URL userinfo, `-u user:password`, and
 * query values. For texts of any origin (a user agent, a shell command); linear in time, idempotent.
 */
export function maskText(text: string): string {
  let masked = text;
  // A mask can uncover what a rule before it looks for (`://u:AQAE/…@host` has lost its slash): again, until nothing changes.
  for (let pass = 0; pass < MAX_PASSES && SUSPICIOUS.test(masked); pass++) {
    const before = masked;
    masked = maskOnce(before);
    if (masked === before) break;
  }
  return masked;
}

/** Two or three are the most that a fuzzer needed; a bound keeps the time linear whatever comes. */
const MAX_PASSES = 8;

function maskOnce(text: string): string {
  const masked = text
    .replace(URL_USERINFO, `$1${MASK}@`)
    .replace(BARE_USERINFO, `$1$2:${MASK}@`)
    .replace(USER_PASSWORD, (_, before: string, option: string, quote = '', quoted = '', bare = '') => {
      return `${before}${option}${quote}${quoted}${bare}:${MASK}`;
    })
    .replace(QUERY_VALUE, `$1${MASK}`);
  return maskNamed(masked).replace(SHAPES, MASK);
}

/** argv with its secrets masked; a value may be the element after its option's. */
export function maskArgs(args: readonly string[]): string[] {
  const masked: string[] = [];
  let next: 'text' | 'code' | 'value' | 'user' = 'text';
  for (const argument of args) {
    if (next === 'value' && !LONG_OPTION.test(argument)) {
      masked.push(URL_START.test(argument) ? maskText(argument) : MASK);
      next = 'text';
      continue;
    }
    if (next === 'user') masked.push(maskText(argument.replace(/^([^:]*):.*$/s, `$1:${MASK}`)));
    else masked.push(next === 'code' ? maskText(argument) : maskArgument(argument));
    next = whatFollows(argument);
  }
  return masked;
}

/**
 * A request target: every query value and the userinfo of an absolute form masked, the path and the
 * names kept. A part of the query without `=` is a name, unless it is as long as a secret.
 */
export function maskTarget(target: string): string {
  const question = target.indexOf('?');
  if (question < 0) return maskText(target);
  const query = target
    .slice(question + 1)
    .split('&')
    .map(maskParameter)
    .join('&');
  return `${maskText(target.slice(0, question))}?${query}`;
}

const LONGEST_BARE_NAME = 32;

function maskParameter(parameter: string): string {
  const equals = parameter.indexOf('=');
  if (equals >= 0) return `${maskText(parameter.slice(0, equals))}=${MASK}`;
  return parameter.length > LONGEST_BARE_NAME ? MASK : maskText(parameter);
}

function isSensitive(name: string): boolean {
  SENSITIVE.lastIndex = 0;
  return SENSITIVE.test(name) && !HARMLESS.test(name);
}

/** One whole element of argv: what follows its leading name is the value, blanks and quotes included. */
function maskArgument(argument: string): string {
  const name = NAME_START.exec(argument)?.[0];
  if (name === undefined || !isSensitive(name)) return maskText(argument);
  let from = name.length + 1;
  while (argument[from] === ' ') from++;
  if (from === argument.length) return maskText(argument);
  return maskText(argument.slice(0, name.length)) + argument.slice(name.length, from) + MASK;
}

function whatFollows(argument: string): 'text' | 'code' | 'value' | 'user' {
  if (OPTION_NAME.test(argument) && isSensitive(argument)) return 'value';
  if (USER_OPTION.test(argument)) return 'user';
  if (CODE_OPTION.test(argument)) return 'code';
  if (/^bearer$/i.test(argument)) return 'value';
  const trimmed = argument.slice(-160).trimEnd();
  const last = trimmed.at(-1);
  if (last !== ':' && last !== '=') return 'text';
  const name = trimmed.slice(nameStart(trimmed, trimmed.length - 1, 0), -1);
  return name !== '' && isSensitive(name) ? 'value' : 'text';
}

function isNameCharacter(code: number): boolean {
  return NAME_CHARACTER[code] === 1;
}

const LONGEST_NAME_PREFIX = 64;

/** Where the name that ends before `end` begins; not before `least`, nor further back than a name is long. */
function nameStart(text: string, end: number, least: number): number {
  const limit = Math.max(least, end - LONGEST_NAME_PREFIX);
  let start = end;
  while (start > limit && isNameCharacter(text.charCodeAt(start - 1))) start--;
  return start;
}

/** Values that follow a sensitive name. Each character is passed once: the search goes on after name or value. */
function maskNamed(text: string): string {
  let masked = '';
  let copied = 0;
  SENSITIVE.lastIndex = 0;
  for (let match = SENSITIVE.exec(text); match !== null; match = SENSITIVE.exec(text)) {
    const start = nameStart(text, match.index, copied);
    let end = match.index + match[0].length;
    while (isNameCharacter(text.charCodeAt(end))) end++;
    let resume = end;
    const name = text.slice(start, end);
    if (!HARMLESS.test(name)) {
      const value = findValue(text, start, end, name);
      if (value !== undefined) {
        masked += text.slice(copied, value.from) + MASK;
        copied = value.to;
        resume = value.to;
      }
    }
    SENSITIVE.lastIndex = resume;
  }
  return copied === 0 ? text : masked + text.slice(copied);
}

interface Span {
  from: number;
  to: number;
}

function findValue(text: string, start: number, end: number, name: string): Span | undefined {
  const quote = quoteAt(text, start - 1);
  const nameIsQuoted = quote !== undefined && text[end] === quote;
  const afterName = nameIsQuoted ? end + 1 : end;
  const at = skipBlanks(text, afterName);
  const separator = text[at];
  const isOption = OPTION_NAME.test(name);
  if (separator === '=' || separator === ':' || (separator === ',' && (nameIsQuoted || isOption))) {
    let from = at + 1;
    while (text[from] === '=' || text[from] === '>') from++;
    from = skipBlanks(text, from);
    if (from >= text.length) return undefined;
    if (separator === ':' && !nameIsQuoted && quoteAt(text, from) === undefined) {
      return headerValue(text, from, quote);
    }
    return word(text, from);
  }
  const takesNextWord = isOption || name.toLowerCase() === 'bearer';
  if (at === afterName || !takesNextWord || at >= text.length) return undefined;
  const rest = text.slice(at, at + 8);
  return LONG_OPTION.test(rest) || URL_START.test(rest) ? undefined : word(text, at);
}

/** A header's value holds blanks: it ends with the quote that was opened before its name, or with the line. */
function headerValue(text: string, from: number, quote: string | undefined): Span | undefined {
  let to = from;
  while (to < text.length && text[to] !== quote && text[to] !== '\n' && text[to] !== '\r') to++;
  return to === from ? undefined : { from, to };
}

/** What stands after a quoted value in code and in JSON. */
const CLOSERS = ',;)}]&|';

function word(text: string, from: number): Span | undefined {
  let to = from;
  const quote = quoteAt(text, from);
  if (quote !== undefined) {
    to = from + 1;
    while (to < text.length && text[to] !== quote) to += text[to] === '\\' ? 2 : 1;
    const closing = Math.min(to, text.length);
    to = Math.min(closing + 1, text.length);
    if (to >= text.length || isBoundary(text, to) || CLOSERS.includes(text[to] ?? '')) {
      return closing > from + 1 ? { from: from + 1, to: closing } : undefined;
    }
  }
  while (to < text.length && !isBoundary(text, to)) to++;
  return to === from ? undefined : { from, to };
}

function isBoundary(text: string, at: number): boolean {
  return quoteAt(text, at) !== undefined || isBlank(text, at) || text[at] === '\n' || text[at] === '\r';
}

function quoteAt(text: string, at: number): string | undefined {
  const character = text[at];
  return character === '"' || character === "'" || character === '`' ? character : undefined;
}

function isBlank(text: string, at: number): boolean {
  return text[at] === ' ' || text[at] === '\t';
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (isBlank(text, at)) at++;
  return at;
}
