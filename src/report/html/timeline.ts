import { countOf, countText } from '../../words.ts';
import type { Aggregate } from '../aggregate.ts';
import { KINDS } from '../kinds.ts';
import { columnsOf } from '../sparkline.ts';
import { durationText, spanText, zoneOf } from '../time.ts';
import { axisOf, columnText, strip, type TimeAxis, timeAxis } from './charts.ts';
import { html, type Markup } from './markup.ts';
import { KIND_CLASSES, KIND_WORDS } from './words.ts';

const COLUMNS = 96;

export interface Span {
  first: bigint;
  last: bigint;
}

/** Calls over time, a strip for each kind, and the same as a table. */
export function timelineSection(aggregate: Aggregate, span: Span): Markup {
  const { width, counts } = columnsOf(aggregate.timeline, span.first, span.last, COLUMNS);
  const axis = axisOf(span.first, width, counts.length);
  // v1, unknown and v2 always: that there was none is an answer.
  const kinds = [...KINDS.keys()].filter((kind) => kind < 3 || counts.some((column) => column[kind] !== 0));
  return html`
<section class="timeline" aria-labelledby="timeline-title">
<h2 id="timeline-title">When</h2>
<p class="note">${spanText(span.first, span.last)}. A bar is ${durationText(width)}; each row has a scale of its own.</p>
<figure aria-labelledby="timeline-title">
${kinds.map((kind) =>
  row(
    kind,
    axis,
    counts.map((column) => column[kind] ?? 0),
  ),
)}
<div class="row"><span></span>${timeAxis(axis)}</div>
</figure>
${table(kinds, axis, counts)}
</section>
`;
}

function row(kind: number, axis: TimeAxis, counts: readonly number[]): Markup {
  const name = KINDS[kind] ?? 'attempt';
  const word = KIND_WORDS[name];
  const total = counts.reduce((sum, count) => sum + count, 0);
  const most = counts.reduce((maximum, count) => Math.max(maximum, count), 0);
  const at = columnText(axis, counts.indexOf(most));
  const unit = durationText(axis.width);
  const label =
    total === 0
      ? `${word}: no call`
      : `${word}: ${countOf(total, 'call')} over time, at most ${countText(most)} in ${unit}, from ${at}`;
  const note = total === 0 ? 'none' : `up to ${countText(most)} in ${unit}`;
  return html`<div class="row"><span class="label"><strong>${word}</strong> <small>${note}</small></span>${strip(axis, counts, KIND_CLASSES[name], label)}</div>
`;
}

function table(kinds: readonly number[], axis: TimeAxis, counts: readonly number[][]): Markup {
  const rows = counts.flatMap((column, index) =>
    column.every((count) => count === 0)
      ? []
      : [
          html`<tr><th scope="row">${columnText(axis, index)}</th>${kinds.map((kind) => html`<td>${countText(column[kind] ?? 0)}</td>`)}</tr>
`,
        ],
  );
  return html`<details class="numbers"><summary>The same as a table</summary>
<table><caption>Calls over time, ${durationText(axis.width)} a row; rows without a call are left out</caption>
<thead><tr><th scope="col">From (${zoneOf(axis.start)})</th>${kinds.map((kind) => html`<th scope="col">${KIND_WORDS[KINDS[kind] ?? 'attempt']}</th>`)}</tr></thead>
<tbody>
${rows}</tbody></table></details>`;
}
