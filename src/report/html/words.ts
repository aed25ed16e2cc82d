import type { Nanoseconds } from '../../model.ts';
import type { Caller } from '../caller.ts';
import { cutAt } from '../cut.ts';
import type { VerdictStatus } from '../host-verdict.ts';
import type { Kind } from '../kinds.ts';
import { isoNanoseconds, localSeconds } from '../time.ts';
import { html, type Markup } from './markup.ts';

/** How a caller stands; also the class that gives it its colour. */
export type CallerStatus = 'v1' | 'unknown' | 'ready' | 'other';

export function statusOf({ kinds }: Caller): CallerStatus {
  if (kinds.v1 > 0) return 'v1';
  if (kinds.unknown > 0) return 'unknown';
  return kinds.v2 > 0 ? 'ready' : 'other';
}

/** In the order of what to fix first. */
export const CALLER_STATUSES: readonly CallerStatus[] = ['v1', 'unknown', 'ready', 'other'];

export const STATUS_WORDS: Readonly<Record<CallerStatus, string>> = {
  v1: 'IMDSv1',
  unknown: 'Unknown',
  ready: 'Ready',
  other: 'No version',
};

export const KIND_WORDS: Readonly<Record<Kind, string>> = {
  v1: 'IMDSv1',
  unknown: 'Unknown',
  v2: 'IMDSv2',
  foreign: 'Foreign',
  attempt: 'Attempts',
};

export const KIND_CLASSES: Readonly<Record<Kind, CallerStatus>> = {
  v1: 'v1',
  unknown: 'unknown',
  v2: 'ready',
  foreign: 'other',
  attempt: 'other',
};

export const VERDICT_WORDS: Readonly<Record<VerdictStatus, string>> = {
  'not-ready': 'Not ready',
  'not-enough-evidence': 'Not enough evidence',
  ready: 'Ready',
};

/** Worst first. */
export const VERDICT_STATUSES: readonly VerdictStatus[] = ['not-ready', 'not-enough-evidence', 'ready'];

export const VERDICT_CLASSES: Readonly<Record<VerdictStatus, CallerStatus>> = {
  'not-ready': 'v1',
  'not-enough-evidence': 'unknown',
  ready: 'ready',
};

/** A word with the colour and the shape of what it means; the shape is the style's. */
export function pill(status: CallerStatus, word = STATUS_WORDS[status]): Markup {
  return html`<span class="pill ${status}">${word}</span>`;
}

/** Month, day and minute where the report is made, and all of it for programs. */
export function timeText(time: Nanoseconds): Markup {
  return html`<time datetime="${isoNanoseconds(time)}">${localSeconds(time).slice(5, 16).replace('T', ' ')}</time>`;
}

/** `…` and how much more there was, for what an attacker may have made as long as they liked. */
export function cutText(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const shown = cutAt(text, longest);
  return `${shown}… (${text.length - shown.length} more characters)`;
}
