/**
 * What differs from run to run and from machine to machine, replaced by what documents show: pids, times, the port of
 * the tests, and the names and versions of what happens to be installed. What imds counts and concludes stays.
 */
const DATE = '2026-03-02';
const MINUTE = '09:14';
const SECOND = '09:14:07';
const FIRST_PID = 4101;

const TIME = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?`;
/** As `durationText` has it. */
const DURATION = String.raw`(?:[\d.,]+ m?s|less than 1 ms)`;
const UNTIL = String.raw`\s+to\s+(?:\d{4}-\d\d-\d\d\s+)?\d\d:\d\d(?::\d\d)?`;

const FIXED: readonly [RegExp, string][] = [
  // Said where the end takes longer than a moment.
  [/(?<=^|\^C)imds live: reading what waits; .*\n/gm, ''],
  // Of the first process, which is not the same in a container; it is the last of every ancestry.
  [/\(pid:1:.*\)$/gm, '(pid:1:systemd argv:/sbin/init)'],
  // Said where the first call was in another second than the last.
  [/\s+·\s+since\s+\d\d:\d\d:\d\d/g, ''],
  [/\d{4}-\d\d-\d\d([T ])\d\d:\d\d:\d\d(?:\.\d+)?/g, `${DATE}$1${SECOND}`],
  [/\d{4}-\d\d-\d\d \d\d:\d\d(?!:)/g, `${DATE} ${MINUTE}`],
  [/(?<![-T\d:.])\d\d:\d\d:\d\d/g, SECOND],
  [new RegExp(` UTC \\(${DURATION}\\)`, 'g'), ' UTC (1 s)'],
  [new RegExp(` · ${DURATION}$`, 'gm'), ' · 1 s'],
  [/\b\d+ s under watch/g, '3 s under watch'],
  // The rows of calls over time.
  [/^(v1 {4}|others) +[▁▂▃▄▅▆▇█ ]+ up to \d+ in [\d.]+ m?s$/gm, '$1    █  up to 1 in 50 ms'],
  [new RegExp(`\\bin ${DURATION} of capture`, 'g'), 'in 9 ms of capture'],
  [new RegExp(`\\bsaved events of ${DURATION}\\.`, 'g'), 'saved events of 9 ms.'],
  [/\binstead\s+of\s+\d+\s+s\b/g, 'instead of 3 s'],
  [/\b\d+ packets/g, '60 packets'],
  [/\b([\d,]+)( of the )\1(?=\s+bytes)/g, '1,565$21,565'],
  // The first event of a program may be written before the host has named its user.
  [/\.service · uid 0/g, '.service · user root'],
  [/kernel \S+;/g, 'kernel 6.1.0-18-cloud-amd64;'],
  [/now (?:uid \d+|imds)$/gm, 'now uid 65519'],
  [/\bcurl(\/| )\d+\.\d+\.\d+(-\S+)?/g, 'curl$17.88.1'],
  // Begin and end, which are written in another way where they are of one second, or minute.
  [new RegExp(`${TIME}(?:${UNTIL})?\\s+UTC \\(1 s\\)`, 'g'), `${DATE} ${SECOND} to 09:14:08 UTC (1 s)`],
  [new RegExp(`${TIME}${UNTIL}\\s+UTC(?! \\()`, 'g'), `${DATE} ${SECOND} to 09:14:10 UTC`],
  [/urllib(\/|\s+\([^)]*\) )\d+\.\d+/g, 'urllib$13.11'],
];

/** @param port of the tests, which documents do not have */
export function normal(text: string, port: number, pidOneName: string): string {
  const pids = new Map<string, number>();
  let shown = text.replaceAll(`:${port}`, '').replaceAll(`← ${pidOneName}`, '← systemd');
  for (const [pattern, replacement] of FIXED) shown = shown.replaceAll(pattern, replacement);
  return shown.replaceAll(/\(pid:(\d+):/g, (whole, pid: string) => {
    if (pid === '1') return whole;
    if (!pids.has(pid)) pids.set(pid, FIRST_PID + pids.size);
    return `(pid:${pids.get(pid)}:`;
  });
}

/** Where lines break depends on the lengths of what was replaced. */
export function unwrapped(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
