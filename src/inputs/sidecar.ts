/** Where the records of a capture stand that are not in it, and what their header says. */
import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { CorrelationsReader } from '../bpf/correlations.ts';
import type { SessionRecord } from '../bpf/records.ts';
import { InputError } from '../errors.ts';
import { beside, type FilePath } from '../files/names.ts';

export const SIDECAR = '.correlations.jsonl';
export const IS_SIDECAR = /\.correlations\.jsonl(?:\.gz)?$/;
const COMPRESSED = /\.gz$/i;

export async function sidecarOf(
  path: string,
  location: FilePath,
  siblings?: ReadonlySet<string>,
): Promise<string | undefined> {
  const stems = COMPRESSED.test(path) ? [path, path.replace(COMPRESSED, '')] : [path];
  for (const stem of stems) {
    for (const candidate of [`${stem}${SIDECAR}`, `${stem}${SIDECAR}.gz`]) {
      if (siblings !== undefined && !siblings.has(basename(candidate))) continue;
      if ((await statOf(beside(path, location, candidate)))?.isFile() === true) return candidate;
    }
  }
  return undefined;
}

/** What is wrong with the file is told when it is read. */
export async function headerOf(
  correlations: string | undefined,
  location: FilePath | undefined,
): Promise<SessionRecord | undefined> {
  if (correlations === undefined) return undefined;
  try {
    const record = await CorrelationsReader.first(correlations, location);
    return record?.type === 'session' ? record : undefined;
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** Undefined where there is nothing, as behind a dangling link. */
export async function statOf(path: FilePath): Promise<Stats | undefined> {
  return stat(path).catch(() => undefined);
}
