import { createReadStream } from 'node:fs';

/** A compressed file is unpacked in memory; a larger one is to be unpacked before. */
export const MAX_UNPACKED_BYTES = 64 * 1024 * 1024;
const CHUNK_BYTES = 256 * 1024;

/**
 * Unpacks a gzip file into pieces, so that nothing is held besides what comes out. What is torn at
 * its end is unpacked as far as it goes.
 *
 * @param enough unpacking ends after so many bytes
 * @throws an error of the system or of zlib, ERR_BUFFER_TOO_LARGE where it is too much
 */
export async function unpack(path: string | Buffer, size: number, enough: number): Promise<Buffer[]> {
  // Deflate makes nothing much larger: what is packed beyond the limit is so unpacked, or endless nothing.
  if (size > MAX_UNPACKED_BYTES && enough > MAX_UNPACKED_BYTES) throw tooMuch();
  // Loaded here, because few captures have packed correlations.
  const { createGunzip, constants } = await import('node:zlib');
  const pieces: Buffer[] = [];
  let total = 0;
  const from = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  const unpacking = createGunzip({ chunkSize: CHUNK_BYTES, finishFlush: constants.Z_SYNC_FLUSH });
  from.on('error', (error) => unpacking.destroy(error));
  try {
    for await (const piece of from.pipe(unpacking) as AsyncIterable<Buffer>) {
      total += piece.length;
      if (total > MAX_UNPACKED_BYTES) throw tooMuch();
      pieces.push(piece);
      if (total >= enough) break;
    }
  } finally {
    from.destroy();
  }
  return pieces;
}

function tooMuch(): NodeJS.ErrnoException {
  return Object.assign(new RangeError('too large'), { code: 'ERR_BUFFER_TOO_LARGE' });
}
