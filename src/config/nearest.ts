const MAX_LENGTH = 64;

/**
 * The word that was probably meant; undefined where none is near.
 *
 * @param most characters in which they may differ; unless told, a third
 */
export function nearest(
  word: string,
  known: readonly string[],
  most = Math.max(1, Math.floor(word.length / 3)),
): string | undefined {
  if (word.length > MAX_LENGTH) return undefined;
  let best: string | undefined;
  let least = most + 1;
  for (const other of known) {
    const distance = editDistance(plain(word), plain(other));
    if (distance < least) [best, least] = [other, distance];
  }
  return best;
}

/** `Max-Size` is meant for `max_size`. */
function plain(word: string): string {
  return word.toLowerCase().replaceAll('-', '_');
}

/** How many characters have to be changed, added, left out, or exchanged with the next one. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let distance = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        distance = Math.min(distance, (before[j - 2] ?? 0) + 1);
      next.push(distance);
    }
    [before, row] = [row, next];
  }
  return row[b.length] ?? 0;
}
