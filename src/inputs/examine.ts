import { parseRecord } from '../bpf/parse.ts';
import type { SessionRecord } from '../bpf/records.ts';
import { openCapture, peekCapture } from '../capture/open.ts';
import { beside } from '../files/names.ts';
import { headerOf, sidecarOf } from './sidecar.ts';
import type { Candidate, Found, InputOptions } from './types.ts';

/** Looks at the head of a file, and beside it. */
export async function examine(file: Candidate, options: InputOptions): Promise<Found> {
  const { path, location, stats, siblings } = file;
  const open = (onProgress?: (bytesRead: number) => void) => openCapture(path, { location, onProgress });
  // A FIFO or a process substitution is read once, as it comes.
  if (!stats.isFile()) return { path, order: 0, open };
  const head = file.head ?? (await peekCapture(path, location));
  const correlations = options.correlations ?? (await sidecarOf(path, location, siblings));
  const correlationsAt = correlations === undefined ? undefined : beside(path, location, correlations);
  const header = sessionOf(head?.firstRecord) ?? (await headerOf(correlations, correlationsAt));
  return {
    path,
    location,
    correlations,
    correlationsAt,
    size: stats.size,
    session: header?.session,
    watched: header?.endpoints,
    order: header?.part ?? 0,
    firstTime: head?.firstTime,
    open,
  };
}

function sessionOf(json: Uint8Array | undefined): SessionRecord | undefined {
  if (json === undefined) return undefined;
  const parsed = parseRecord(json);
  return 'record' in parsed && parsed.record.type === 'session' ? parsed.record : undefined;
}
