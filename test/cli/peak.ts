import assert from 'node:assert/strict';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { imds, type Result } from './run.ts';

const TELL = `--import=${pathToFileURL(join(import.meta.dirname, 'tell-memory.mjs'))}`;

/** Runs the built command to its good end; with the megabytes that were resident of it at most. */
export async function imdsWithPeak(args: readonly string[]): Promise<Result & { megabytes: number }> {
  const ran = await imds(args, { env: { NODE_OPTIONS: TELL } });
  assert.equal(ran.code, 0, ran.stderr);
  const megabytes = Number(/^peak=(\d+)$/m.exec(ran.stderr)?.[1]) / 1024;
  assert.ok(megabytes > 0, ran.stderr);
  return { ...ran, megabytes };
}
