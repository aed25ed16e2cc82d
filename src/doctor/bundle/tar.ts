/** A file of an archive. */
export interface Entry {
  /** ASCII, at most 100 bytes. */
  name: string;
  bytes: Buffer;
}

const BLOCK = 512;
const MODE = 0o600;

/**
 * An archive in the format ustar (POSIX.1-1988), of a few regular files: a header of 512 bytes each, the content padded to as
 * many, and two empty blocks.
 *
 * @param time of all files, in seconds since the epoch
 */
export function tar(entries: readonly Entry[], time: number): Buffer {
  const blocks = entries.flatMap(({ name, bytes }) => [
    header(name, bytes.length, time),
    bytes,
    Buffer.alloc(-bytes.length & (BLOCK - 1)),
  ]);
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

function header(name: string, size: number, time: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, digits: number) =>
    block.write(value.toString(8).padStart(digits, '0'), at, 'latin1');
  block.write(name, 0, 100, 'latin1');
  octal(MODE, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  octal(size, 124, 11);
  octal(time, 136, 11);
  // While the checksum is counted, blanks stand in its place.
  block.write('        0', 148, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  octal(
    block.reduce((sum, byte) => sum + byte, 0),
    148,
    6,
  );
  block.write('\0 ', 154, 'latin1');
  return block;
}
