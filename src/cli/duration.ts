const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const SHAPE = /^(\d{1,9})(ms|s|m|h|d)?$/;

/** `30s`, `5m`, `2h`; a number alone is seconds. Milliseconds, above 0; undefined where it is none of these. */
export function parseDuration(text: string): number | undefined {
  const [, amount = '', unit = 's'] = SHAPE.exec(text) ?? [];
  const milliseconds = Number(amount) * (UNITS[unit] ?? Number.NaN);
  return milliseconds > 0 ? milliseconds : undefined;
}
