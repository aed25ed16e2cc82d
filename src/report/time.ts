import type { Nanoseconds } from '../model.ts';

const NANOSECONDS = 1_000_000_000n;

function wholeSeconds(time: Nanoseconds): bigint {
  const seconds = time / NANOSECONDS;
  return time < 0n && seconds * NANOSECONDS !== time ? seconds - 1n : seconds;
}

/** The largest time that a Date holds, in seconds (ECMA-262 §21.4.1.1). */
const LAST_SECOND = 8_640_000_000_000;

function dateOf(seconds: number): Date {
  return new Date(Math.min(Math.max(seconds, -LAST_SECOND), LAST_SECOND) * 1000);
}

let isoSecond = Number.NaN;
let isoPrefix = '';

/** RFC 3339 in UTC with all nine digits: `2026-11-23T20:26:07.819604000Z`. */
export function isoNanoseconds(time: Nanoseconds): string {
  const whole = wholeSeconds(time);
  const seconds = Number(whole);
  if (seconds !== isoSecond) {
    isoSecond = seconds;
    isoPrefix = dateOf(seconds).toISOString().slice(0, -4);
  }
  return `${isoPrefix}${String(time - whole * NANOSECONDS).padStart(9, '0')}Z`;
}

let localSecond = Number.NaN;
let localText = '';

/** Local time to the second, as the predecessor logs it: `2022-12-20T11:03:58`. */
export function localSeconds(time: Nanoseconds): string {
  const seconds = Number(wholeSeconds(time));
  if (seconds !== localSecond) {
    localSecond = seconds;
    const date = dateOf(seconds);
    const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
    localText = `${day}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  }
  return localText;
}

/** A time as it stands in a line. */
export type TimeText = (time: Nanoseconds) => string;

/**
 * Local time as strftime(3) writes it, of the conversions %Y %m %d %H %M %S %j %z %s and %%, and of %f, Python's
 * microseconds. What else is in the format stands as it is.
 */
export function timeTextOf(format: string): TimeText {
  return (time) => {
    const whole = wholeSeconds(time);
    const date = dateOf(Number(whole));
    return format.replace(/%([YmdHMSjzsf%])/g, (_, conversion: string) => {
      switch (conversion) {
        case 'Y':
          return String(date.getFullYear());
        case 'm':
          return two(date.getMonth() + 1);
        case 'd':
          return two(date.getDate());
        case 'H':
          return two(date.getHours());
        case 'M':
          return two(date.getMinutes());
        case 'S':
          return two(date.getSeconds());
        case 'j':
          return String(dayOfYear(date)).padStart(3, '0');
        case 'z':
          return offsetOf(date);
        case 's':
          return String(whole);
        case 'f':
          return String((time - whole * NANOSECONDS) / 1000n).padStart(6, '0');
        default:
          return '%';
      }
    });
  };
}

function dayOfYear(date: Date): number {
  const midnight = Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  return (midnight - Date.UTC(date.getFullYear(), 0, 0)) / 86_400_000;
}

/** `+0530`. */
function offsetOf(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  const distance = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(distance / 60))}${two(distance % 60)}`;
}

/** The zone in which {@link localSeconds} is, at that time: `UTC`, `UTC+05:30`. */
export function zoneOf(time: Nanoseconds): string {
  const minutes = -dateOf(Number(wholeSeconds(time))).getTimezoneOffset();
  if (minutes === 0) return 'UTC';
  const distance = Math.abs(minutes);
  return `UTC${minutes < 0 ? '-' : '+'}${two(Math.floor(distance / 60))}:${two(distance % 60)}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

const UNITS: readonly (readonly [name: string, nanoseconds: bigint])[] = [
  ['d', 86_400n * NANOSECONDS],
  ['h', 3_600n * NANOSECONDS],
  ['m', 60n * NANOSECONDS],
  ['s', NANOSECONDS],
  ['ms', 1_000_000n],
  ['µs', 1_000n],
];

/** For people: `2 h 10 m`, `5 s`, `12 ms`; the two greatest units, and one below a second. */
export function durationText(duration: Nanoseconds): string {
  const first = UNITS.findIndex(([, nanoseconds]) => duration >= nanoseconds);
  const [name, size] = UNITS[first] ?? ['', 0n];
  if (size === 0n) return `${duration} ns`;
  const count = duration / size;
  const [nextName, nextSize] = UNITS[first + 1] ?? ['', 0n];
  const rest = size <= NANOSECONDS ? 0n : (duration - count * size) / nextSize;
  return rest === 0n ? `${count} ${name}` : `${count} ${name} ${rest} ${nextName}`;
}

/** A time that somebody watched: less than a millisecond is that of a packet or two. */
export function watchText(duration: Nanoseconds): string {
  return duration < 1_000_000n ? 'less than 1 ms' : durationText(duration);
}

/** `2026-01-15 10:00 to 11:47 UTC`, in local time; with seconds where both would be alike. */
export function rangeText(first: Nanoseconds, last: Nanoseconds): string {
  const [from = '', to = ''] = [first, last].map((time) => localSeconds(time).replace('T', ' '));
  const zone = zoneOf(last);
  if (from === to) return `${from} ${zone}`;
  const length = from.slice(0, 16) === to.slice(0, 16) ? undefined : 16;
  const isOneDay = from.slice(0, 10) === to.slice(0, 10);
  return `${from.slice(0, length)} to ${to.slice(isOneDay ? 11 : 0, length)} ${zone}`;
}

/** `2026-01-15 10:00:01 to 11:47:00 UTC (1 h 46 m)`, in local time. */
export function spanText(first: Nanoseconds, last: Nanoseconds): string {
  const from = localSeconds(first).replace('T', ' ');
  const to = localSeconds(last).replace('T', ' ');
  const sameDay = from.slice(0, 10) === to.slice(0, 10);
  const until = from === to ? '' : ` to ${sameDay ? to.slice(11) : to}`;
  const duration = first === last ? '' : ` (${watchText(last - first)})`;
  return `${from}${until} ${zoneOf(last)}${duration}`;
}
