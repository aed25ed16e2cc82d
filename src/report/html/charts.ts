import { scaleLinear, scaleTime } from 'd3-scale';
import { area, curveStepAfter } from 'd3-shape';
import type { Nanoseconds } from '../../model.ts';
import { countText } from '../../words.ts';
import { durationText, localSeconds } from '../time.ts';
import { alignDown } from '../timeline.ts';
import { html, type Markup } from './markup.ts';
import type { CallerStatus } from './words.ts';

/**
 * Charts as SVG within the page. Colours are classes of the page's style, since its policy allows no style
 * attribute. Bars are placed in percents, so that they fill any width and text keeps its size.
 */

/** Equal columns of time. */
export interface TimeAxis {
  start: Nanoseconds;
  width: Nanoseconds;
  columns: number;
}

const HEIGHT = 36;
/** A single call among thousands is still to be seen. */
const LEAST_HEIGHT = 2;
/** Of a column, what its bar takes. */
const BAR = 0.84;
const TICKS = 8;
const NANOSECONDS_IN_MS = 1_000_000n;
const SECOND = 1_000_000_000n;
const DAY = 86_400n * SECOND;

export function axisOf(first: Nanoseconds, width: Nanoseconds, columns: number): TimeAxis {
  return { start: alignDown(first, width), width, columns };
}

function columnStart({ start, width }: TimeAxis, column: number): Nanoseconds {
  return start + width * BigInt(column);
}

/** Where a column begins: local time, to the millisecond where columns are shorter than a second. */
export function columnText(axis: TimeAxis, column: number): string {
  const time = columnStart(axis, column);
  const text = localSeconds(time).replace('T', ' ');
  return axis.width < SECOND ? `${text}.${milliseconds(dateOf(time))}` : text;
}

/** Bars of one kind of call over time, with what each stands for to be read on pointing at it. */
export function strip(
  axis: TimeAxis,
  counts: readonly number[],
  status: CallerStatus,
  label: string,
): Markup {
  const most = counts.reduce((maximum, count) => Math.max(maximum, count), 0);
  const x = scaleLinear([0, axis.columns], [0, 100]);
  const y = scaleLinear([0, Math.max(1, most)], [0, HEIGHT]);
  const bars = counts.flatMap((count, column) => {
    if (count === 0) return [];
    const height = Math.max(LEAST_HEIGHT, y(count));
    return [
      html`<rect x="${percent(x(column))}" y="${fixed(HEIGHT - height)}" width="${percent(x(BAR))}" height="${fixed(height)}"><title>${countText(count)} from ${columnText(axis, column)}, in ${durationText(axis.width)}</title></rect>`,
    ];
  });
  return html`<svg class="strip ${status}" role="img" aria-label="${label}" width="100%" height="${HEIGHT + 1}"><line class="base" x1="0" y1="${HEIGHT + 0.5}" x2="100%" y2="${HEIGHT + 0.5}"/>${bars}</svg>`;
}

/** Round times below the strips. */
export function timeAxis(axis: TimeAxis): Markup {
  const end = columnStart(axis, axis.columns);
  const x = scaleTime([dateOf(axis.start), dateOf(end)], [0, 100]);
  const span = end - axis.start;
  const ticks = x.ticks(TICKS).filter((date) => x(date) >= 2 && x(date) <= 98);
  const marks = ticks.map(
    (date, index) =>
      html`<g${index % 2 === 0 ? '' : MINOR}><line x1="${percent(x(date))}" y1="0" x2="${percent(x(date))}" y2="4"/><text x="${percent(x(date))}" y="16" text-anchor="middle">${tickText(date, span)}</text></g>`,
  );
  return html`<svg class="axis" aria-hidden="true" width="100%" height="20">${marks}</svg>`;
}

/** On a narrow screen, every other tick is left out. */
const MINOR = html` class="minor"`;

const SMALL_WIDTH = 240;
const SMALL_HEIGHT = 24;

/** A host's calls as one silhouette for many of them side by side; `most` is the scale that they share. */
export function smallStrip(counts: readonly number[], most: number, status: CallerStatus): Markup {
  const x = scaleLinear([0, counts.length], [0, SMALL_WIDTH]);
  const y = scaleLinear([0, Math.max(1, most)], [SMALL_HEIGHT, 0]);
  // curveStepAfter ends at its last point: the last column needs one more.
  const points = [...counts, counts.at(-1) ?? 0];
  const shape = area<number>()
    .x((_, index) => x(index))
    .y0(SMALL_HEIGHT)
    .y1((count) => (count === 0 ? SMALL_HEIGHT : Math.min(y(count), SMALL_HEIGHT - LEAST_HEIGHT)))
    .curve(curveStepAfter)
    .digits(1);
  return html`<svg class="small ${status}" aria-hidden="true" viewBox="0 0 ${SMALL_WIDTH} ${SMALL_HEIGHT}" preserveAspectRatio="none"><path d="${shape(points) ?? ''}"/><line class="base" x1="0" y1="${SMALL_HEIGHT}" x2="${SMALL_WIDTH}" y2="${SMALL_HEIGHT}"/></svg>`;
}

function tickText(date: Date, span: Nanoseconds): string {
  const text = localSeconds(BigInt(date.getTime()) * NANOSECONDS_IN_MS);
  if (span > 2n * DAY) return text.slice(5, 10);
  if (span > 600n * SECOND) return text.slice(11, 16);
  if (span > 8n * SECOND) return text.slice(11);
  return `${text.slice(17)}.${milliseconds(date)}`;
}

function milliseconds(date: Date): string {
  return String(date.getMilliseconds()).padStart(3, '0');
}

function dateOf(time: Nanoseconds): Date {
  return new Date(Number(time / NANOSECONDS_IN_MS));
}

function percent(value: number): string {
  return `${Number(value.toFixed(3))}%`;
}

function fixed(value: number): number {
  return Number(value.toFixed(1));
}
