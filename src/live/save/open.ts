import { JournalWriter } from './capture-writer.ts';
import { codeOf, trouble, unusable } from './create-file.ts';
import { formOf } from './form.ts';
import { Ring } from './ring.ts';
import type { CaptureWriter, SaveOptions } from './types.ts';

/** @throws UsageError where the first file cannot be created, with what to do about it */
export async function openCaptureWriter(options: SaveOptions): Promise<CaptureWriter> {
  const form = formOf(options.path, options.session);
  const troubles = new Set<string>();
  const report = (path: string, error: unknown): void => {
    if (troubles.has(codeOf(error))) return;
    troubles.add(codeOf(error));
    options.onTrouble(trouble(path, error));
  };
  try {
    const ring = await Ring.open(options.path, {
      sidecar: form.sidecar,
      rotating: options.rotateBytes !== undefined,
      // The file that is being written stays.
      maximum: Math.max(1, options.rotateCount ?? Number.POSITIVE_INFINITY),
      report,
    });
    return new JournalWriter(options, form, ring, report);
  } catch (error) {
    throw unusable(options.path, error);
  }
}
