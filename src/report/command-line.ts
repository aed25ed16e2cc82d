import type { ProcessIdentity } from '../model.ts';
import { ARGUMENTS_CUT } from '../words.ts';

const MARK_AT_END = /…$/u;

/** Arguments in one line, a blank between; said to be cut where they are, and nowhere else. Not yet escaped. */
export function commandLine({
  args = [],
  argsTruncated,
}: Pick<ProcessIdentity, 'args' | 'argsTruncated'>): string {
  const line = args.join(' ');
  if (argsTruncated === true) return `${line}${ARGUMENTS_CUT}`;
  // A last argument that looks like the mark must not pass for it.
  return line.replace(MARK_AT_END, '\\u{2026}');
}
