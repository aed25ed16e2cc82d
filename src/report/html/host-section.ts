import { countOf, countText } from '../../words.ts';
import type { HostVerdict } from '../host-verdict.ts';
import { KINDS } from '../kinds.ts';
import { columnsOf } from '../sparkline.ts';
import { smallStrip } from './charts.ts';
import type { HostTimelines } from './host-timelines.ts';
import { html, type Markup } from './markup.ts';
import type { Span } from './timeline.ts';
import type { ScopeNoun } from './verdicts.ts';
import { cutText, pill, VERDICT_CLASSES, VERDICT_WORDS } from './words.ts';

const COLUMNS = 48;
/** Cards with a chart; hosts beyond are names in a list. */
const CARDS = 300;
const LONGEST_NAME = 200;
const SENTENCES = 20;

interface Row {
  verdict: HostVerdict;
  v1: number[];
  others: number[];
}

/** A card for each host, what is to be done first, first; all charts have the same axes. */
export function hostSection(
  verdicts: readonly HostVerdict[],
  noun: ScopeNoun,
  timelines: HostTimelines,
  span: Span | undefined,
): Markup {
  const rows = verdicts.slice(0, CARDS).map((verdict) => rowOf(verdict, timelines, span));
  const most = rows.reduce((maximum, { v1, others }) => Math.max(maximum, ...v1, ...others), 0);
  return html`
<section class="hosts" aria-labelledby="hosts-title">
<h2 id="hosts-title">Each ${noun}</h2>
<p class="note">Calls over time, of IMDSv1 above and of all others below; every chart has the same time and the same scale, up to ${countOf(most, 'call')} a step.</p>
<ul class="cards">
${rows.map((row) => card(row, most))}</ul>
${rest(verdicts.slice(CARDS), noun)}</section>
`;
}

function rowOf(verdict: HostVerdict, timelines: HostTimelines, span: Span | undefined): Row {
  const timeline = timelines.get(verdict.scope);
  if (timeline === undefined || span === undefined) return { verdict, v1: [], others: [] };
  const { counts } = columnsOf(timeline, span.first, span.last, COLUMNS);
  const v1 = counts.map((column) => column[0] ?? 0);
  const others = counts.map((column) => column.slice(1).reduce((sum, count) => sum + count, 0));
  return { verdict, v1, others };
}

function card({ verdict, v1, others }: Row, most: number): Markup {
  const { host, status, calls, restsOn, needed } = verdict;
  const list = KINDS.filter((kind) => calls[kind] > 0).map((kind) => `${countText(calls[kind])} ${kind}`);
  return html`<li class="card ${VERDICT_CLASSES[status]}">
<h3>${cutText(host, LONGEST_NAME)}</h3>
<p>${pill(VERDICT_CLASSES[status], VERDICT_WORDS[status])} ${list.length === 0 ? 'no call' : list.join(' · ')}</p>
${v1.length === 0 ? undefined : html`${smallStrip(v1, most, 'v1')}${smallStrip(others, most, 'other')}`}
${sentences('Rests on', restsOn)}${sentences('Needed to be ready', needed)}</li>
`;
}

function sentences(title: string, texts: readonly string[]): Markup | undefined {
  if (texts.length === 0) return undefined;
  const more = texts.length > SENTENCES ? html`<li>and ${texts.length - SENTENCES} more</li>` : undefined;
  return html`<details><summary>${title}</summary><ul>${texts.slice(0, SENTENCES).map((text) => html`<li>${text}</li>`)}${more}</ul></details>
`;
}

/** Without charts: a browser would take long over thousands of them. */
function rest(verdicts: readonly HostVerdict[], noun: ScopeNoun): Markup | undefined {
  if (verdicts.length === 0) return undefined;
  return html`<details><summary>${countOf(verdicts.length, `more ${noun}`)}, by name and verdict</summary>
<ul class="names">
${verdicts.map(
  ({ host, status }) =>
    html`<li>${cutText(host, LONGEST_NAME)} ${pill(VERDICT_CLASSES[status], VERDICT_WORDS[status])}</li>
`,
)}</ul></details>
`;
}
