import { PATH_CLASSES } from '../../model.ts';
import { countOf, countText } from '../../words.ts';
import type { Caller } from '../caller.ts';
import { callerName, callerRow } from '../caller-row.ts';
import { fewText, joinKnown } from '../layout.ts';
import type { ProcessViews } from '../process-view.ts';
import { whereText } from '../where-text.ts';
import { html, type Markup } from './markup.ts';
import type { ScopeNoun } from './verdicts.ts';
import { CALLER_STATUSES, cutText, pill, STATUS_WORDS, statusOf, timeText } from './words.ts';

const LONGEST = 300;

/** Of the sections below the table: a row leads to its own, if it has one. */
export function sectionId(index: number): string {
  return `caller-${index + 1}`;
}

/** Of no use without the script, which shows it. */
export function filterControls(callers: readonly Caller[]): Markup {
  const statuses = CALLER_STATUSES.map((status) => ({
    status,
    count: callers.filter((caller) => statusOf(caller) === status).length,
  })).filter(({ count }) => count > 0);
  return html`
<div class="filter" id="filter" hidden>
<label for="words">Filter</label>
<input id="words" type="search" autocomplete="off" spellcheck="false" placeholder="name, host, path, argument …">
<div class="choices" role="group" aria-label="Show callers that are">
<button type="button" data-status="" aria-pressed="true">All ${countText(callers.length)}</button>
${statuses.map(
  ({ status, count }) =>
    html`<button type="button" data-status="${status}" aria-pressed="false"><span class="mark ${status}"></span>${STATUS_WORDS[status]} ${countText(count)}</button>
`,
)}</div>
<p id="shown" role="status"></p>
</div>
`;
}

/** @param noun of what tells callers apart, where there are several */
export function tableStart(caption: string, noun: ScopeNoun | undefined): Markup {
  return html`<table class="callers${noun && ' with-hosts'}">
<caption>${caption}</caption>
<thead><tr>
<th scope="col" data-sort="number" aria-sort="ascending" class="rank">#</th>
<th scope="col" data-sort="number" class="status">Status</th>
<th scope="col" data-sort="text">Caller</th>
${noun && html`<th scope="col" data-sort="text" class="wide host">${noun === 'host' ? 'Host' : 'Capture'}</th>`}
<th scope="col" data-sort="number" class="count"><abbr title="IMDSv1 calls">v1</abbr></th>
<th scope="col" data-sort="number" class="count wide"><abbr title="Calls that could not be read">Unknown</abbr></th>
<th scope="col" data-sort="number" class="count wide"><abbr title="IMDSv2 calls">v2</abbr></th>
<th scope="col" data-sort="number" class="wide path">Asked for</th>
<th scope="col" data-sort="number" class="wide time">Last call</th>
</tr></thead>
<tbody>
`;
}

/** @param hasSection the row leads to a section of its own */
export function tableRow(
  caller: Caller,
  index: number,
  views: ProcessViews,
  hasHosts: boolean,
  cause: string | undefined,
  hasSection: boolean,
): Markup {
  const row = callerRow(caller, views);
  const { kinds, worstPath } = caller;
  const status = statusOf(caller);
  const name = cutText(callerName(caller), LONGEST);
  const where = joinKnown([
    // An address alone may stand for many programs.
    row.program === undefined ? fewText(row.user_agents, 2) : '',
    whereText(row, caller),
    kinds.foreign > 0 ? `${countText(kinds.foreign)} foreign` : '',
    kinds.attempt > 0 ? countOf(kinds.attempt, 'attempt') : '',
  ]);
  const path = worstPath === undefined ? PATH_CLASSES.length : PATH_CLASSES.indexOf(worstPath);
  const section = hasSection ? html` data-section="${sectionId(index)}"` : undefined;
  const link = hasSection ? html`<a href="#${sectionId(index)}">${name}</a>` : name;
  return html`<tr data-status="${status}"${section}><td class="rank" data-value="${index}">${countText(index + 1)}</td><td data-value="${CALLER_STATUSES.indexOf(status)}">${pill(status)}</td><th scope="row">${link}${small(cause, 'why')}${small(where, '')}</th>${hasHosts ? html`<td class="wide">${cutText(caller.place, LONGEST)}</td>` : undefined}${count(kinds.v1, 'v1')}${count(kinds.unknown, 'unknown wide')}${count(kinds.v2, 'ready wide')}<td class="wide" data-value="${path}">${worstPath}</td><td class="wide time" data-value="${String(caller.last)}">${timeText(caller.last)}</td></tr>
`;
}

function small(text: string | undefined, name: string): Markup | undefined {
  if (text === undefined || text === '') return undefined;
  return html` <small class="${name}">${cutText(text, LONGEST)}</small>`;
}

function count(value: number, classes: string): Markup {
  return value === 0
    ? html`<td class="count zero ${classes}" data-value="0">0</td>`
    : html`<td class="count some ${classes}" data-value="${value}">${countText(value)}</td>`;
}

export function tableEnd(): Markup {
  return html`</tbody></table>
`;
}
