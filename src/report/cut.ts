/** At most so many UTF-16 units, and none that is half of a character. */
export function cutAt(text: string, longest: number): string {
  const cut = text.slice(0, longest);
  return cut.length < text.length && /[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut;
}
