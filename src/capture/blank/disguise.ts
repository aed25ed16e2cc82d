/**
 * Replaces names (of roles, instances, hosts) in text that is kept, for captures that others get to see. What
 * it returns is as long as what it is given, has no white space where there was none, and no other path class.
 */
export interface Disguise {
  /** @param text target of a request, latin1 */
  target(text: string): string;
  /** @param field its name in lower case; `reason` is the phrase of a status line */
  value(field: string, text: string): string;
}

/** Fields whose values are kept as free text: of all others, what may be kept is a word of a list or a number. */
const TEXTS: ReadonlySet<string> = new Set(['user-agent', 'x-forwarded-for', 'host', 'server']);
/** `HTTP/1.1 200` */
const STATUS_LENGTH = 12;

/** A request line, with the names in its target replaced. */
export function disguisedRequestLine(disguise: Disguise, line: string): string {
  const from = line.indexOf(' ') + 1;
  if (from === 0) return line;
  const version = line.lastIndexOf(' HTTP/1.');
  const to = version < from ? line.length : version;
  return line.slice(0, from) + disguise.target(line.slice(from, to)) + line.slice(to);
}

export function disguisedStatusLine(disguise: Disguise, line: string): string {
  return line.slice(0, STATUS_LENGTH) + disguise.value('reason', line.slice(STATUS_LENGTH));
}

/** The value of a field, or a piece of it. */
export function disguisedValue(disguise: Disguise, name: string, value: string): string {
  const field = name.toLowerCase();
  return TEXTS.has(field) ? disguise.value(field, value) : value;
}
