import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCapture } from '../../../../src/capture/open.ts';
import { type ReadResult, readSource } from './support.ts';

/** Calls with the path of a file of this content, which is gone afterwards. */
export async function atPath<T>(content: Uint8Array, use: (path: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'imds-test-'));
  try {
    const path = join(folder, 'capture');
    await writeFile(path, content);
    return await use(path);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Reads the content as a file. */
export function withFile(content: Uint8Array): Promise<ReadResult> {
  return atPath(content, async (path) => readSource(await openCapture(path)));
}
