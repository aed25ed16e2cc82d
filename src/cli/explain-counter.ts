import { speaksOfCalls } from '../report/completeness.ts';
import { lossTitle } from '../report/loss-words.ts';
import { type Topic, topic } from './explain-topics.ts';

const TELLS =
  'A counter of what was lost, cut or turned away; it stands behind "Missing" in text, and below "losses" in JSON.';
const TAKES =
  'While it is not zero, it is not proven that every call was seen and read as a whole: the verdict can at best be NOT ENOUGH EVIDENCE.';
const LEAVES = 'No call is lost by it, and it takes nothing from the proof.';
const SAVED =
  'A counter of what was saved: live tells it at its end, and "Missing" where a scrubbed file is read. The file has less than the session saw, and calls may not be read from it that the lines and logs of live have.';
/** Counts of what is written, and not of what was seen. */
const OF_FILES = /^(?:blank|save)\./;

const NEXT: readonly (readonly [names: RegExp, next: string])[] = [
  [/^(?:tcp\.snaplen_cut_bytes|ip\.fragments_cut)$/, 'Capture whole packets: tcpdump -s 0, or imds live.'],
  [/^blank\./, 'Nothing, where live has shown the calls; its logs have them all.'],
  [/^save\./, 'Save to another disk, or less: --rotate-size with --rotate-count.'],
  [
    /^report\./,
    'Narrow the report down: --host, --since, --until, --imds-version; or report fewer files at once.',
  ],
  [
    /^(?:packets|events\.(?!lines|sessions))/,
    'More came at once than there was room or time for. Look at who called then, and watch again.',
  ],
  [
    /^(?:tcp|ip|http|link)\./,
    'Capture again, where the callers run: imds live, or tcpdump -s 0 with a larger buffer (-B).',
  ],
];

/** Undefined where there is no such counter. */
export function counterTopic(name: string): Topic | undefined {
  const title = lossTitle(name);
  if (title === undefined) return undefined;
  const next = NEXT.find(([names]) => names.test(name))?.[1];
  return topic(
    name,
    title,
    OF_FILES.test(name) ? SAVED : `${TELLS} ${speaksOfCalls(name) ? TAKES : LEAVES}`,
    next ?? 'docs/output.md says of each counter what counts it.',
  );
}
