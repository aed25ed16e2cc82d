/** Lines of TOML whose form says that they hold no secret; and values that are names, numbers, sizes, folders. */
const TABLE = /^\s*\[{1,2}[\w.\s"-]{1,128}\]{1,2}\s*(?:#.*)?$/;
const PAIR = /^(\s*[\w.-]{1,64}\s*=\s*)(.*)$/;
const SENSITIVE = /pass|pwd|secret|token|key|cred|auth|cookie/i;
const STRING = `"[\\w./:@%+-]{0,64}"|'[\\w./:@%+-]{0,64}'`;
const PLAIN = new RegExp(`^(?:true|false|[-+\\d._:TZ]{1,32}|${STRING})$`);
const LIST = new RegExp(`^\\[\\s*(?:(?:${STRING}|\\d{1,20})\\s*,?\\s*){0,64}\\]$`);
/** `"AKIA…"` would be a plain string: what is long and of letters and digits alone is not shown. */
const RANDOM = /[A-Za-z\d+/=]{20,}/;
/** Comments and texts as TOML has them; and from a quote that nothing closes on to the end, since it may be either. */
const TOKEN =
  /#[^\n]*|"""(?:[^\\]|\\[\s\S])*?"{3,5}|'''[\s\S]*?'{3,5}|(?!""")"(?:[^"\\\n]|\\[^\n])*"|(?!''')'[^'\n]*'|["'][\s\S]*/g;
/** No setting, whatever it stands behind. */
const OF_A_TEXT = '"""';
const LEFT_OUT = '# (a line that may hold a secret)';

/**
 * A configuration file of which only what is known to be harmless is kept: tables, and values that are numbers,
 * switches or short plain strings of names that sound harmless. Comments go, and so does all else.
 */
export function plainSettings(text: string): string {
  return text.replace(TOKEN, leftOut).split('\n').map(plainLine).join('\n');
}

/** Of a text of several lines, which may look like settings, its lines in their number. */
function leftOut(token: string): string {
  return token.includes('\n') ? token.replace(/[^\n]+/g, OF_A_TEXT) : token;
}

function plainLine(line: string): string {
  if (line.trim() === '') return '';
  if (TABLE.test(line)) return line.replace(/\s*#.*$/, '');
  if (/^\s*#/.test(line)) return '# (a comment)';
  const [, name = '', rest = ''] = PAIR.exec(line) ?? [];
  if (name === '') return LEFT_OUT;
  const value = rest.replace(/\s+#[^"']*$/, '').trim();
  const isHarmless = !SENSITIVE.test(name) && (PLAIN.test(value) || LIST.test(value)) && !RANDOM.test(value);
  return isHarmless ? name + value : `${name}"(blanked)"`;
}
