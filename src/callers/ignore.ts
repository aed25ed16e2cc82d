/** What a filter looks at of a caller. Each may hold `*`, which stands for any text. */
export const IGNORE_CONDITIONS = ['executable', 'script', 'unit', 'image', 'user', 'user_agent'] as const;

export type IgnoreCondition = (typeof IGNORE_CONDITIONS)[number];

/** Callers that are known and accepted for a while: a filter of the configuration (docs/configuration.md). */
export interface IgnoreRule {
  /** All of them have to hold; there is one at least. */
  readonly where: Readonly<Partial<Record<IgnoreCondition, string>>>;
  readonly reason: string;
  /** The last day, in UTC: `2026-12-31`. */
  readonly expires: string;
}

/** Filters, and the day on which they are asked. */
export interface IgnorePolicy {
  readonly rules: readonly IgnoreRule[];
  /** In UTC: `2026-11-28`. */
  readonly today: string;
}

export function hasExpired({ expires }: Pick<IgnoreRule, 'expires'>, today: string): boolean {
  return expires < today;
}

/** Whether the text is that of the pattern. Takes time by their lengths alone, whatever an attacker calls himself. */
export function matchesPattern(text: string, pattern: string): boolean {
  const [head = '', ...rest] = pattern.split('*');
  const tail = rest.pop();
  if (tail === undefined) return text === head;
  if (text.length < head.length + tail.length || !text.startsWith(head) || !text.endsWith(tail)) return false;
  let at = head.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= text.length - tail.length;
}

/** `executable /usr/bin/foo, user deploy`. */
export function conditionsText({ where }: Pick<IgnoreRule, 'where'>): string {
  return IGNORE_CONDITIONS.flatMap((name) =>
    where[name] === undefined ? [] : [`${name.replace('_', ' ')} ${where[name]}`],
  ).join(', ');
}
