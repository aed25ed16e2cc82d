import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, 'corpus');
/** Kept inputs are small, so that they can be committed. */
const MAX_KEPT_BYTES = 4096;

/** Inputs that were kept because they showed something new, or broke a promise once. */
export function readCorpus(target: string): Buffer[] {
  const folder = join(FOLDER, target);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((name) => readFileSync(join(folder, name)));
}

/** @returns the file, or undefined where the input is too large to keep */
export function keep(target: string, input: Uint8Array): string | undefined {
  if (input.length > MAX_KEPT_BYTES) return undefined;
  const folder = join(FOLDER, target);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, createHash('sha256').update(input).digest('hex').slice(0, 12));
  writeFileSync(file, input);
  return file;
}
