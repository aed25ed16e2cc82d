import type { Normal } from './normal.ts';
import type { Spans } from './spans.ts';

/**
 * Values that give themselves away by their shape:
 * - IMDS session tokens: base64url of 40 bytes that begin 01 00 04, so `AQAE…` with `==` (56 characters),
 *   also percent-encoded, and also where argv was cut within one;
 * - ids of AWS access keys (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html);
 * - session tokens of AWS STS, by the prefixes in use;
 * - JSON Web Tokens, and the prefixed tokens of GitHub, GitLab and Slack;
 * - those of Vault, npm, PyPI, Docker, DigitalOcean, Hugging Face, Atlassian, Stripe, Shopify, SendGrid, Tailscale,
 *   Telegram and age, and of Google's OAuth; the path of a web hook of Slack or Discord;
 * - keys of Google's APIs, and of those of OpenAI, Anthropic and others that begin `sk-`: what has
 *   neither digits nor capitals is a name (`sk-learn-…`), as is `task-…`;
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
    '(?:gh[opsru]_|github_pat_|gl(?:[pdf]t|pat|rt|soat|cbt|agent|imt|ptt)-|xox[abeprs]-|xapp-)[\\w-]{16,}',
    'hv[sbr]\\.[\\w-]{20,}',
    '(?:npm|hf)_[A-Za-z\\d]{30,}',
    'pypi-AgE[\\w-]{12,}',
    'dckr_[op]at_[\\w-]{16,}',
    'do[opr]_v1_[a-f\\d]{32,}',
    'ATATT3[\\w=-]{16,}',
    '[rs]k_(?:live|test)_[A-Za-z\\d]{16,}',
    'shp(?:at|ca|pa|ss)_[A-Fa-f\\d]{16,}',
    '(?<![\\w.])SG\\.[\\w-]{16,}(?:\\.[\\w-]+)?',
    'tskey-(?:[a-z]{1,16}-)?[\\w-]{12,}',
    'ya29\\.[\\w-]{20,}',
    'AGE-SECRET-KEY-1[A-Z\\d]{16,}',
    '(?<=\\d{6,12}:)AA[\\w-]{30,}',
    '(?<=hooks\\.slack\\.com/(?:services|workflows)/)[\\w/]{16,}',
    '(?<=discord(?:app)?\\.com/api/(?:v\\d{1,2}/)?webhooks/)\\d{1,24}/[\\w-]{16,}',
    'AIza[\\w-]{30,}',
    '(?<![A-Za-z\\d-])sk-(?=[a-z_-]{0,64}[A-Z\\d])[\\w-]{20,}',
  ].join('|'),
  'g',
);

/** What is long and ends as base64 does, and what follows `Basic`. */
const PADDED = /(?<![\w+-])(?=[^\d]{0,64}\d)(?=[^a-z]{0,64}[a-z])(?=[^A-Z]{0,64}[A-Z])[\w+-]{32,}==(?!\w)/g;
const BASIC = /(?<=\bbasic[ +])[a-z]{0,64}[\d+/=][\w+/-]*=*/gi;

/** An IMDS token without its padding. */
const TOKEN_LENGTH = 54;
/** What a token was parted by: a fold of a header line, a blank, whatever else is in none. */
const PIECE = /([^\w+/="'`-]{1,4}|\/)([\w+-]{1,512})(=*)/y;
/** The rest of a parted secret: long, and of letters of both cases and digits. */
const RANDOM = /^(?=[^\d]{0,64}\d)(?=[^a-z]{0,64}[a-z])(?=[^A-Z]{0,64}[A-Z])[\w+-]{16,}$/;

export function findShapes(normal: Normal, spans: Spans): void {
  const { text } = normal;
  SHAPES.lastIndex = 0;
  for (let match = SHAPES.exec(text); match !== null; match = SHAPES.exec(text)) {
    const to = endOfParted(text, match.index, match[0]);
    spans.add(normal, { from: match.index, to });
    SHAPES.lastIndex = to;
  }
  if (text.includes('==')) findAll(PADDED, normal, spans);
  if (/basic/i.test(text)) findAll(BASIC, normal, spans);
}

function findAll(shape: RegExp, normal: Normal, spans: Spans): void {
  for (const { 0: secret, index } of normal.text.matchAll(shape)) {
    spans.add(normal, { from: index, to: index + secret.length });
  }
}

/**
 * Where a secret ends of which what follows its first part is masked too: up to the padding of a token,
 * or to the last piece that looks random. What follows a token that was cut may be ordinary text.
 */
function endOfParted(text: string, from: number, first: string): number {
  let end = from + first.length;
  if (first.endsWith('=')) return end;
  let length = first.length;
  PIECE.lastIndex = end;
  for (let piece = PIECE.exec(text); piece !== null; piece = PIECE.exec(text)) {
    const { 2: characters = '', 3: padding = '' } = piece;
    if (first.startsWith('AQAE')) {
      if (length >= TOKEN_LENGTH) break;
      length += characters.length;
      if (padding !== '' && length <= TOKEN_LENGTH + 2) return PIECE.lastIndex;
    }
    if (RANDOM.test(characters)) end = PIECE.lastIndex;
    else if (!first.startsWith('AQAE')) break;
  }
  return end;
}
