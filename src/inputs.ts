import type { Stats } from 'node:fs';
import { openCapture } from './capture/open.ts';
import { UsageError } from './errors.ts';
import { problemOf } from './files/problem.ts';
import { examine } from './inputs/examine.ts';
import { filesOf } from './inputs/folders.ts';
import { group, withoutCopies } from './inputs/group.ts';
import { SIDECAR } from './inputs/sidecar.ts';
import type { CaptureInput, Found, InputOptions } from './inputs/types.ts';
import type { Problem } from './model.ts';

export type { CaptureInput, CapturePart, InputOptions } from './inputs/types.ts';

export interface OpenedInputs {
  captures: CaptureInput[];
  /** Of files that could not be used; the others are. */
  problems: Problem[];
}

const STDIN = '-';

/**
 * The captures behind paths: files, folders (their files, and those of folders in them, but no deeper), and `-`.
 * Files of one session are one capture, in the order of their parts; with `ring`, all files are, in
 * the order of their first packets; every other file is a capture of its own.
 *
 * @throws UsageError where the options do not fit the paths
 */
export async function openInputs(paths: readonly string[], options: InputOptions): Promise<OpenedInputs> {
  if (paths.filter((path) => path === STDIN).length > 1) {
    throw new UsageError('standard input (-) can be read only once', {
      code: 'usage.stdin',
      remedy: 'Give - once.',
    });
  }
  const problems: Problem[] = [];
  const found: Found[] = [];
  const seen = new Set<string>();
  for (const path of paths) {
    try {
      if (path === STDIN) {
        const open = (onProgress?: (bytesRead: number) => void) =>
          openCapture(STDIN, { stdin: options.stdin, onProgress });
        found.push({ path: 'stdin', order: 0, endsBySignal: true, open });
        continue;
      }
      for (const file of await filesOf(path, options.ring, problems)) {
        const identity = identityOf(file.stats);
        if (seen.has(identity)) continue;
        seen.add(identity);
        found.push(await examine(file, options));
      }
    } catch (error) {
      problems.push(problemOf(path, error));
    }
  }
  if (options.correlations !== undefined) give(found, options.correlations);
  return { captures: group(withoutCopies(found, problems), options.ring), problems };
}

/** The same file is not counted twice, by whatever names it is given. */
function identityOf({ dev, ino }: Stats): string {
  return `${dev} ${ino}`;
}

function give(found: readonly Found[], correlations: string): void {
  if (found.length > 1) {
    throw new UsageError(`--correlations: ${found.length} capture files are given, but it belongs to one`, {
      code: 'usage.correlations',
      remedy: `Give one capture file, or name each file's correlations FILE${SIDECAR}.`,
    });
  }
  for (const part of found) part.correlations = correlations;
}
