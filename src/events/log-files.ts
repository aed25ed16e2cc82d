import { isLogLine } from './event-line.ts';
import type { TakeLine } from './line-splitter.ts';
import { isCutLogLine, isOfCall, isOfPredecessor } from './log-forms.ts';

/** As imds, Python and logrotate roll over: `.1`, `-20261128-000001`, packed or not. */
const ROLLED = /(\.log)(?:\.\d{1,4}|-\d{8}(?:-\d{6})?)?(?:\.gz)?$/;

/** The log that a file is a part of: callers in the parts of one are the same. */
export function logNameOf(path: string): string {
  return path.replace(ROLLED, '$1');
}

/**
 * Of a log beside events, takes what the predecessor wrote: of calls, what is certainly its. Calls of other lines are
 * in the events.
 */
export function predecessorsAlone(take: TakeLine): TakeLine {
  return (line, number, isLast) => {
    if (line !== undefined && isLogLine(line)) {
      const text = line.utf8();
      if (!isOfPredecessor(text) && (isOfCall(text) || isCutLogLine(text))) return;
    }
    take(line, number, isLast);
  };
}
