import type { Normal } from './normal.ts';
import type { Spans } from './spans.ts';
import { OpenQuotes, Words } from './words.ts';

/** Before the host of a URL; its slashes may be escaped, as in JSON. */
const URL_USERINFO = /(\/\\{0,4}\/)([^\s/?#]+)@/g;
/** The same where a password holds a slash: what follows the colon is no port. */
const SLASHED_USERINFO = /(\/\\{0,4}\/[^\s/?#@:]{1,64}:)(?!\d{0,5}[/?#])([^\s"'`]{0,256})@/g;
/** `user:password@host` without a scheme, as curl takes it; an image's digest looks alike. */
const BARE_USERINFO = /(^|[\s'"=,(])([^\s'"=,(:/@]{1,64}:)([^\s'"@/]{1,256})@(?!sha256:)/g;

/** `-u` of curl, also within a cluster (`-sIu`), and `--user`; the value may be attached. */
const USER_OPTION =
  /(?:^|[\s'"`([,])(?:-[A-Za-z#0-9]{0,8}[uU](?=['"]?,?\s)|--(?:proxy-)?user(?=['"]?,?[\s=])|-[sSkLfivgnNO#046IG]{0,8}[uU])/g;

/** Of another program, what it connects to: `-u http://…`, `-u jdbc:hive2://…`. */
const SCHEME = /^(?:[a-z]{1,16}:)?[a-z][\w+.-]{0,32}:\/\//i;

/** Between the option and its value: in code, the option's closing quote and a comma. */
const GAP = /(?:['"](?=[\s,]),?)?(?:=|\s*)/y;

/** `user:password` of any kind. */
export function findUserinfo(normal: Normal, spans: Spans): void {
  for (const { index, 1: slashes = '', 2: userinfo = '' } of normal.text.matchAll(URL_USERINFO)) {
    const from = index + slashes.length;
    spans.add(normal, { from, to: from + userinfo.length });
  }
  for (const { index, 1: user = '', 2: secret = '' } of normal.text.matchAll(SLASHED_USERINFO)) {
    const from = index + user.length;
    spans.add(normal, { from, to: from + secret.length });
  }
  for (const { index, 1: before = '', 2: user = '', 3: secret = '' } of normal.text.matchAll(BARE_USERINFO)) {
    const from = index + before.length + user.length;
    spans.add(normal, { from, to: from + secret.length });
  }
  findUserOptions(normal, spans);
}

function findUserOptions(normal: Normal, spans: Spans): void {
  const { text } = normal;
  const words = new Words(normal);
  const quotes = new OpenQuotes(words);
  let colon = text.indexOf(':');
  USER_OPTION.lastIndex = 0;
  for (let match = USER_OPTION.exec(text); match !== null && colon >= 0; match = USER_OPTION.exec(text)) {
    GAP.lastIndex = match.index + match[0].length;
    GAP.test(text);
    const from = GAP.lastIndex;
    const value = words.value(from, quotes.openAt(from), false);
    if (value === undefined) continue;
    USER_OPTION.lastIndex = Math.max(USER_OPTION.lastIndex, value.to - 1);
    if (colon < value.from) colon = text.indexOf(':', value.from);
    const isUrl = SCHEME.test(text.slice(value.from, value.from + 64));
    if (colon >= value.from && colon < value.to && !isUrl)
      spans.add(normal, { from: colon + 1, to: value.to });
  }
}
