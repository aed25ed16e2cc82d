import type { ImdsVersion } from '../model.ts';

/** How a session stands, as the service manager is told (STATUS=, sd_notify(3)). */
export interface SessionStatus {
  /** `sockets, wire (any)` */
  views: string;
  /** How processes are found: `ebpf`. */
  attribution: string;
  /** Calls so far, by version. */
  calls: Readonly<Record<CallKind, number>>;
  callers: number;
  /** Events that were lost, cut or turned away; undefined where nobody counts them. */
  lost: number | undefined;
  /** The last that was said on standard error. */
  problem: string | undefined;
}

type CallKind = ImdsVersion | 'attempt';

const KINDS: readonly CallKind[] = ['v1', 'v2', 'unknown', 'foreign', 'attempt'];
/** systemd reads 4,096 bytes of one message, and a problem may take three in UTF-8 for a character. */
const MAX_VIEWS = 200;
const MAX_PROBLEM = 400;
const UNCOUNTED = 'loss not counted';

/** One line: `views sockets; attribution ebpf; v1 3, v2 6, …; callers 2; lost 0; last problem: …` */
export function statusText({ views, attribution, calls, callers, lost, problem }: SessionStatus): string {
  return [
    `views ${plain(views.replaceAll(';', ',').slice(0, MAX_VIEWS))}`,
    `attribution ${attribution}`,
    KINDS.map((kind) => `${kind} ${calls[kind]}`).join(', '),
    `callers ${callers}`,
    lost === undefined ? UNCOUNTED : `lost ${lost}`,
    ...(problem === undefined ? [] : [`last problem: ${plain(problem.slice(0, MAX_PROBLEM))}`]),
  ].join('; ');
}

const COUNTS = KINDS.map((kind) => `${kind} (\\d{1,15})`).join(', ');
const TEXT = new RegExp(
  `^views ([^;]*); attribution (\\w+); ${COUNTS}; callers (\\d{1,15}); (?:lost (\\d{1,15})|${UNCOUNTED})(?:; last problem: (.*))?$`,
  's',
);

/** The same read again; undefined for what is not of this form, such as that of another version. */
export function parseStatusText(text: string): SessionStatus | undefined {
  const match = TEXT.exec(text);
  if (match === null) return undefined;
  const [, views = '', attribution = '', v1, v2, unknown, foreign, attempt, callers, lost, problem] = match;
  return {
    views,
    attribution,
    calls: {
      v1: Number(v1),
      v2: Number(v2),
      unknown: Number(unknown),
      foreign: Number(foreign),
      attempt: Number(attempt),
    },
    callers: Number(callers),
    lost: lost === undefined ? undefined : Number(lost),
    problem,
  };
}

/** A line break would begin another variable of the message, and systemd drops a text that is not UTF-8. */
function plain(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ').replace(/\p{Cs}/gu, '\uFFFD');
}
