import { countText } from '../../words.ts';
import { callerName } from '../caller-row.ts';
import type { Ignored } from '../ignored.ts';
import { html, type Markup } from './markup.ts';
import { cutText } from './words.ts';

const ROWS = 500;
const LONGEST = 600;

/** Callers that the filters of the configuration leave uncounted: each with why, and until when. */
export function ignoredSection({ callers }: Ignored): Markup {
  const more = callers.size - ROWS;
  const rows = [...callers].slice(0, ROWS).map(
    ([
      caller,
      { reason, expires },
    ]) => html`<tr><th scope="row">${cutText(callerName(caller), LONGEST)} <small>${cutText(caller.place, LONGEST)}</small></th><td class="count" data-label="IMDSv1">${countText(caller.kinds.v1)}</td><td class="count" data-label="Unknown">${countText(caller.kinds.unknown)}</td><td class="count" data-label="IMDSv2">${countText(caller.kinds.v2)}</td><td data-label="Until">${expires}</td><td data-label="Reason">${cutText(reason, LONGEST)}</td></tr>
`,
  );
  return html`
<section class="ignored sources" aria-labelledby="ignored-title">
<h2 id="ignored-title">Ignored</h2>
<table><caption>Callers that a filter leaves out of the verdict and of the callers above, until its day is over</caption>
<thead><tr><th scope="col">Caller</th><th scope="col" class="count">IMDSv1</th><th scope="col" class="count">Unknown</th><th scope="col" class="count">IMDSv2</th><th scope="col">Until</th><th scope="col">Reason</th></tr></thead>
<tbody>
${rows}</tbody></table>
${more > 0 ? html`<p class="note">${countText(more)} more are ignored.</p>` : undefined}</section>
`;
}
