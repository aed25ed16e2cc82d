import { countText } from '../../words.ts';
import { groupRow } from '../group-row.ts';
import type { Group } from '../groups.ts';
import { leftOutText, topOf } from '../rows.ts';
import type { GroupKey, RowOptions } from '../types.ts';
import { html, type Markup } from './markup.ts';
import { cutText, timeText } from './words.ts';

/** A browser is quick with them. */
const ROWS = 1000;
const LONGEST = 300;

/** Callers that have something in common as one row each, what to fix first on top. */
export function groupsSection(groups: readonly Group[], options: RowOptions & { groupBy: GroupKey }): Markup {
  const { groupBy: key, top = ROWS } = options;
  const { rows, leftOut } = topOf(groups, { top: Math.min(top, ROWS) });
  return html`
<section class="groups sources" aria-labelledby="groups-title">
<h2 id="groups-title">By ${key}</h2>
<table><caption>Calls by ${key}, what to fix first on top</caption>
<thead><tr><th scope="col">${key[0]?.toUpperCase()}${key.slice(1)}</th><th scope="col" class="count">IMDSv1</th><th scope="col" class="count">Unknown</th><th scope="col" class="count">IMDSv2</th><th scope="col" class="count">Callers</th><th scope="col">Asked for</th><th scope="col">Last call</th></tr></thead>
<tbody>
${rows.map((group) => row(group, key))}</tbody></table>
${leftOut > 0 ? html`<p class="note">${leftOutText(leftOut, options)}.</p>` : undefined}</section>
`;
}

function row(group: Group, key: GroupKey): Markup {
  const { group: name, v1, unknown, v2, callers, cause, worst_path: path } = groupRow(group, key);
  const { last } = group;
  const why =
    cause.length === 0 ? undefined : html` <small class="why">${cutText(cause.join(', '), LONGEST)}</small>`;
  return html`<tr><th scope="row">${name === undefined ? `no ${key} known` : cutText(name, LONGEST)}${why}</th>${count(v1, 'IMDSv1', 'v1')}${count(unknown, 'Unknown', 'unknown')}${count(v2, 'IMDSv2', 'ready')}<td class="count" data-label="Callers">${countText(callers)}</td><td data-label="Asked for">${path}</td><td data-label="Last call">${last === undefined ? undefined : timeText(last)}</td></tr>
`;
}

function count(value: number, label: string, kind: string): Markup {
  return html`<td class="count ${value === 0 ? 'zero' : 'some'} ${kind}" data-label="${label}">${countText(value)}</td>`;
}
