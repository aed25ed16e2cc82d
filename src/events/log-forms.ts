import type { ImdsVersion, Nanoseconds } from '../model.ts';

/**
 * `[2022-12-20T11:03:58] [WARNING] IMDSv1(!) (pid:1016:curl argv:…) called by -> (…) -> (…)`. The predecessor's time is
 * `[2022-12-20 11:03:58,123]`, as Python's logging writes it, where no logging.conf says otherwise.
 */
export const HEAD = /^\[(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)((?:,\d{3})?)\] \[[a-z]{1,10}\] /i;
/** Between the level and the first process stand a few words. */
export const MAX_WORDS = 200;
/** What these words say. */
export const KINDS: readonly (readonly [RegExp, ImdsVersion | undefined])[] = [
  [/^IMDSv1\(!\)$/i, 'v1'],
  [/^IMDSv2$/i, 'v2'],
  [/^IMDS foreign$/i, 'foreign'],
  [/^\{MISSING PAYLOAD\}/i, 'unknown'],
  [/^IMDS attempt$/i, undefined],
];
/** What the predecessor writes of itself as it starts. */
const REMARK =
  /^\[[\dT :,-]{19,23}\] \[INFO\] (?:Try to attach multiple kernel functions|Cannot attach kprobe to )/;
/** Since its 1.4.0, the predecessor writes all behind the level in lower case; in ours, these words are not. */
const LOWER_CASE = /^(?:imdsv1\(!\)|imdsv2|\{missing payload\}) /;

const TIME = /^\[(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)((?:,\d{3})?)\]/i;
/** A line of ours begins with one of these behind its time. */
const OURS = [
  '[WARNING] IMDSv1(!) (',
  '[INFO] IMDSv2 (',
  '[INFO] IMDS foreign (',
  '[INFO] IMDS attempt (',
  '[ERROR] {MISSING PAYLOAD} (',
];
const OUR_TIME = /^\[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\] /;
const CUT_TIME = /^\[(?:[\dT:-]{0,19}|[\dT:-]{19}\])$/;

/** Whether a line of the log tells of no call, and is not meant to. */
export function isRemark(line: string): boolean {
  return REMARK.test(line);
}

/** Whether the predecessor wrote it for certain; lines of its versions before 1.4.0 may look as ours do. */
export function isOfPredecessor(line: string): boolean {
  const [head] = HEAD.exec(line) ?? [];
  return head !== undefined && LOWER_CASE.test(line.slice(head.length, head.length + MAX_WORDS));
}

/** Whether it begins as a line that tells of a call, whoever wrote it. */
export function isOfCall(line: string): boolean {
  const [head] = HEAD.exec(line) ?? [];
  if (head === undefined) return false;
  const [words = ''] = line.slice(head.length, head.length + MAX_WORDS).split(' (pid:', 1);
  return KINDS.some(([pattern]) => pattern.test(words));
}

/** Whether it is the beginning of a line of ours, and no more. */
export function isCutLogLine(line: string): boolean {
  if (CUT_TIME.test(line)) return true;
  const [time] = OUR_TIME.exec(line) ?? [];
  if (time === undefined) return false;
  const rest = line.slice(time.length);
  return OURS.some((head) => (rest.startsWith(head) ? !line.endsWith(')') : head.startsWith(rest)));
}

/** The time that a line of the log begins with. */
export function logTime(line: string): Nanoseconds | undefined {
  const [, date, time, fraction = ''] = TIME.exec(line) ?? [];
  const milliseconds = Date.parse(`${date}T${time}${fraction.replace(',', '.')}`);
  return Number.isNaN(milliseconds) ? undefined : BigInt(milliseconds) * 1_000_000n;
}
