import { withoutMark } from './byte-order-mark.ts';
import { FileReader } from './file-reader.ts';
import { isPacked, unpacked } from './gunzip.ts';
import { LineSplitter, type TakeLine } from './line-splitter.ts';

export interface LineHandler {
  line: TakeLine;
  /** Asked once a chunk, with the bytes read so far, before they are unpacked. */
  pause?(bytesRead: number): Promise<void> | undefined;
}

/**
 * Lines of a file, packed by gzip or not as its content says. Fails with an error of the system or of zlib, when
 * all was handled that stands before it.
 */
export async function readLines(
  location: string | Buffer,
  handler: LineHandler,
  signal?: AbortSignal,
): Promise<void> {
  const splitter = new LineSplitter((line, number, isLast) => handler.line(line, number, isLast));
  let isReading = true;
  try {
    const isWhole = await readChunks(
      location,
      async (chunk, bytesRead) => {
        isReading = false;
        splitter.push(chunk);
        const wait = handler.pause?.(bytesRead);
        if (wait !== undefined) await wait;
        isReading = true;
      },
      signal,
    );
    if (isWhole) splitter.end();
  } catch (error) {
    // What stands before the damage may be a line, or a part of one.
    if (isReading) splitter.end();
    throw error;
  }
}

/**
 * A file in pieces, unpacked where it is packed by gzip, without a byte order mark. Fails with an error of the
 * system or of zlib, when all was taken that stands before it.
 *
 * @param take is given a piece, which is read over afterwards, and the bytes read so far, before they are unpacked
 * @returns false where it ended early, by the signal
 */
export async function readChunks(
  location: string | Buffer,
  take: (chunk: Buffer, bytesRead: number) => Promise<void> | void,
  signal?: AbortSignal,
): Promise<boolean> {
  const file = await FileReader.open(location);
  try {
    const chunks = isPacked(await file.head()) ? unpacked(file) : file.chunks();
    for await (const chunk of withoutMark(chunks)) {
      await take(chunk, file.bytesRead);
      if (signal?.aborted) return false;
    }
    return true;
  } finally {
    await file.close();
  }
}
