/** U+FEFF in UTF-8, which some programs put before a text that they write anew. */
const MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** Without the mark at the head, in whatever pieces it comes. */
export async function* withoutMark(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  /** Bytes of the mark that came so far, and are held back; undefined behind the head. */
  let held: number | undefined = 0;
  for await (const chunk of chunks) {
    if (held === undefined) {
      yield chunk;
      continue;
    }
    let at = 0;
    for (; at < chunk.length && held < MARK.length && chunk[at] === MARK[held]; at++) held++;
    if (at === chunk.length && held < MARK.length) continue;
    if (held > 0 && held < MARK.length) yield MARK.subarray(0, held);
    held = undefined;
    if (at < chunk.length) yield chunk.subarray(at);
  }
  if (held !== undefined && held > 0 && held < MARK.length) yield MARK.subarray(0, held);
}
