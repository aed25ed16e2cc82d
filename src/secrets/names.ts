/**
 * Words that end as such a name does, where nothing stands before them: `--bypass`, `compass=`. `proxybypass` is
 * masked all the same, as no one can tell it from `rubypass`.
 */
const ORDINARY = [
  '(?:by|com|encom|sur|tres|over|under|one|two|first|second|multi|single|high|low|band|all|notch)pass',
  '(?:mon|don|tur|hoc|joc|hot|whis|pub|public|host)key',
  'sacred',
].join('|');

/** Part of a name (of an option, variable, header or field) whose value is a secret. */
const SENSITIVE = new RegExp(
  [
    'passw|passphrase|passcode|pwd|secret|token|credential|cookie|signature|bearer|sess(?:ion)?[-_.]?id',
    'auth(?!or(?!i[sz]))',
    '(?:api|access|private|session|signing|encryption|account|shared|master)[-_.]?key',
    // What a name ends with, with or without a separator before it: -storepass, ROOTPW, DB_PASS2, --db-creds.
    `(?:pass\\d{0,2}|pw\\d{0,2}|key|creds?)(?![a-z0-9])(?<!(?<![a-z0-9])(?:${ORDINARY}))`,
    '(?<![a-z0-9])(?:psk|jwt|otp)(?![a-z0-9])',
    // Elsewhere a pin is one of a chip or of a package's version.
    '(?<=(?<![\\w-])--(?:(?:user|so|new)-)?)pin(?![\\w.-])',
  ].join('|'),
  'gi',
);

/** Names that speak of a secret without holding one: `X-aws-ec2-metadata-token-ttl-seconds`, `--token-file`. */
const HARMLESS =
  /[-_.](?:ttl(?:[-_]seconds)?|seconds|file|path|dir|url|uri|type|name|version|expiry|expiration|stdin|jar)$|^--no-|anyauth$|auth-no-challenge$/i;

/** `--token`, and a setting of the AWS CLI (`profile.a.aws_session_token`): the next word is its value. */
const OPTION = /^(?:-{1,2}|(?:[\w-]{1,64}\.){0,4}aws_)[\w.-]{1,128}$/i;

/**
 * Words that look like an option after a telling one are taken for an option where they are plain:
 * `--token --verbose`. A secret that begins so is rare, one that is all lower-case words rarer.
 */
const PLAIN_OPTION = /^--[a-z]{2,24}(?:-[a-z]{2,24}){0,5}(?![^\s='"`,;)\]}|&])/;

export const URL_START = /^https?:\/\//i;

const NAME_CHARACTER = new Uint8Array(128);
for (const character of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-') {
  NAME_CHARACTER[character.charCodeAt(0)] = 1;
}

export function isNameCharacter(code: number): boolean {
  return NAME_CHARACTER[code] === 1;
}

const LONGEST_NAME_PREFIX = 64;

/** Where the name that ends before `end` begins; not before `least`, nor further back than a name is long. */
export function nameStart(text: string, end: number, least: number): number {
  const limit = Math.max(least, end - LONGEST_NAME_PREFIX);
  let start = end;
  while (start > limit && isNameCharacter(text.charCodeAt(start - 1))) start--;
  return start;
}

export function isSensitive(name: string): boolean {
  SENSITIVE.lastIndex = 0;
  return SENSITIVE.test(name) && !HARMLESS.test(name);
}

export function isOption(name: string): boolean {
  return OPTION.test(name);
}

export function isPlainOption(text: string): boolean {
  return PLAIN_OPTION.test(text);
}

/**
 * Every sensitive name in the text, in order. `found` returns where to go on, at or after the name's end:
 * behind its value, so that each character is passed once.
 */
export function eachName(text: string, found: (start: number, end: number) => number): void {
  let least = 0;
  SENSITIVE.lastIndex = 0;
  for (let match = SENSITIVE.exec(text); match !== null; match = SENSITIVE.exec(text)) {
    const start = nameStart(text, match.index, least);
    let end = match.index + match[0].length;
    while (isNameCharacter(text.charCodeAt(end))) end++;
    // The arrow of token->x.
    if (text[end] === '>' && text[end - 1] === '-') end--;
    least = HARMLESS.test(text.slice(start, end)) ? end : found(start, end);
    SENSITIVE.lastIndex = least;
  }
}
