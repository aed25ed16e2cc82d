import type { CaptureSummary, Problem } from '../../model.ts';
import { countText } from '../../words.ts';
import { isIncomplete } from '../completeness.ts';
import { lossWords } from '../loss-words.ts';
import { spanText } from '../time.ts';
import { html, type Markup } from './markup.ts';
import { cutText } from './words.ts';

const CAPTURES = 500;
const PROBLEMS = 10;
const LONGEST = 300;

/** What was read, and what is known of what is missing from it. */
export function evidenceSection(captures: readonly CaptureSummary[]): Markup {
  return html`
<section class="sources" aria-labelledby="sources-title">
<h2 id="sources-title">What was read</h2>
${captures.length === 0 ? NOTHING : table(captures)}</section>
`;
}

const NOTHING = html`<p>Nothing could be read.</p>
`;

function table(captures: readonly CaptureSummary[]): Markup {
  const more = captures.length - CAPTURES;
  return html`<table><caption>Captures and files of events, with what they lack</caption>
<thead><tr><th scope="col">Name</th><th scope="col">Time</th><th scope="col" class="count">Packets</th><th scope="col" class="count">Events</th><th scope="col">Proven complete</th><th scope="col">Lost, cut or turned away</th></tr></thead>
<tbody>
${captures.slice(0, CAPTURES).map(row)}</tbody></table>
${more > 0 ? html`<p class="note">${countText(more)} more were read; they are counted in every number above.</p>` : undefined}`;
}

function row(capture: CaptureSummary): Markup {
  const { name, host, packets, events, firstTime, lastTime, completeness, problems } = capture;
  const span = firstTime === undefined || lastTime === undefined ? '–' : spanText(firstTime, lastTime);
  const losses = Object.entries(completeness.losses)
    .filter(([, count]) => count !== 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([counter, count]) => lossWords(counter, count));
  const drops = completeness.captureDrops ? [`${countText(completeness.captureDrops)} packets dropped`] : [];
  const texts = [...losses, ...drops, ...problems.slice(0, PROBLEMS).map(problemText)];
  const more = problems.length - PROBLEMS;
  return html`<tr><th scope="row">${cutText(name, LONGEST)}${host?.name === undefined || host.name === name ? undefined : html` <small>${cutText(host.name, LONGEST)}</small>`}</th><td>${span}</td><td class="count" data-label="Packets">${countText(packets)}</td><td class="count" data-label="Events">${events === undefined ? '–' : countText(events)}</td><td data-label="Proven complete">${isIncomplete(capture) ? 'no' : 'yes'}</td><td data-label="Lost">${texts.length === 0 ? 'nothing known' : html`<ul>${texts.map((text) => html`<li>${cutText(text, LONGEST)}</li>`)}${more > 0 ? html`<li>and ${more} more problems</li>` : undefined}</ul>`}</td></tr>
`;
}

function problemText({ message, remedy }: Problem): string {
  return remedy === undefined ? message : `${message}. ${remedy}`;
}

/** For somebody to whom the report was sent without more. */
export function glossary(): Markup {
  return html`
<section class="glossary" aria-labelledby="glossary-title">
<h2 id="glossary-title">How to read this</h2>
<dl>
<div><dt>IMDSv1</dt><dd>A request to the instance metadata service without a session token. It stops working once the instance requires tokens (HttpTokens=required).</dd></div>
<div><dt>IMDSv2</dt><dd>A request with a token, or for one. It goes on working.</dd></div>
<div><dt>Unknown</dt><dd>A request was sent, but the capture does not hold enough of it to tell. Nothing is guessed.</dd></div>
<div><dt>Foreign</dt><dd>A path that only the metadata service of another cloud has, not answered with success. Nothing to fix.</dd></div>
<div><dt>Attempts</dt><dd>Connections on which nothing was sent.</dd></div>
<div><dt>Caller</dt><dd>A program on one host, in one container and unit; without a known process, a client address with a user agent.</dd></div>
<div><dt>Asked for</dt><dd>The most sensitive thing that the caller asked for: credentials, user-data, identity, keys, metadata, other, token.</dd></div>
<div><dt>Proven complete</dt><dd>The kernel's own byte counts of every connection are in the recording, and equal what was captured.</dd></div>
</dl>
<p class="note">***** stands for what may be a secret. This file loads nothing from anywhere and can be passed on as it is.</p>
</section>
`;
}
