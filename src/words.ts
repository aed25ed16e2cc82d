/** `1,234`. */
export function countText(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

export function countOf(count: number, noun: string): string {
  return `${countText(count)} ${count === 1 ? noun : pluralOf(noun)}`;
}

export function pluralOf(noun: string): string {
  return `${noun}s`;
}

/** Stands behind arguments of which the recording has the beginning alone, in every output that has them as a line. */
export const ARGUMENTS_CUT = ' …';
