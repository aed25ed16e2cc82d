/** A folder as .tar.gz, of the same bytes whoever packs it and when. */
import { createReadStream, createWriteStream, rmSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { run } from './run.mjs';

/**
 * @param {string} folder whose name is the archive's first folder
 * @param {string} file to write
 * @param {number} epoch seconds; the time of every file
 */
export async function packTarball(folder, file, epoch) {
  const tar = `${file}.tar.partial`;
  const same = [
    '--sort=name',
    `--mtime=@${epoch}`,
    '--owner=0',
    '--group=0',
    '--numeric-owner',
    '--format=gnu',
  ];
  run('tar', ['-C', dirname(folder), ...same, '-cf', tar, basename(folder)]);
  // Node's zlib writes no time and no name into the header.
  await pipeline(createReadStream(tar), createGzip({ level: 9 }), createWriteStream(file));
  rmSync(tar);
}
