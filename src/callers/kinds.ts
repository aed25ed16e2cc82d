/** What a call counts as, in the order in which it is worth looking at. */
export const KINDS = ['v1', 'unknown', 'v2', 'foreign', 'attempt'] as const;

export type Kind = (typeof KINDS)[number];

export type KindCounts = Record<Kind, number>;

export function kindCounts(counts: ArrayLike<number>): KindCounts {
  const [v1, unknown, v2, foreign, attempt] = Array.from(counts);
  return { v1: v1 ?? 0, unknown: unknown ?? 0, v2: v2 ?? 0, foreign: foreign ?? 0, attempt: attempt ?? 0 };
}
