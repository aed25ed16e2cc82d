import { countOf, countText } from '../../words.ts';
import type { Aggregate } from '../aggregate.ts';
import type { Caller } from '../caller.ts';
import type { VerdictStatus } from '../host-verdict.ts';
import type { Ignored } from '../ignored.ts';
import { html, type Markup } from './markup.ts';
import { type CallerStatus, cutText, statusOf, VERDICT_CLASSES, VERDICT_WORDS } from './words.ts';

const LONGEST = 2000;
const SENTENCES = 12;

/** What stands in the banner. */
export interface BannerText {
  status: VerdictStatus;
  /** One sentence. */
  text: string;
  /** What that means for the setting that this is all about, one sentence. */
  meaning: string;
  restsOn: readonly string[];
  /** What would have to be otherwise for READY. */
  needed: readonly string[];
  /** What else is to be known before the setting is made. */
  notes: readonly string[];
  next: string | undefined;
}

/** The answer, in one sentence, with what it rests on. */
export function banner({ status, text, meaning, restsOn, needed, notes, next }: BannerText): Markup {
  return html`<section class="verdict ${VERDICT_CLASSES[status]}" aria-labelledby="verdict-title">
<h2 id="verdict-title"><span class="mark ${VERDICT_CLASSES[status]}"></span>${VERDICT_WORDS[status]}</h2>
<p class="lead">${cutText(text, LONGEST)}</p>
<p>${sentence(meaning)}</p>
<div class="grounds">
${list('This rests on', restsOn)}<div>
${list('To do next', next === undefined ? [] : [sentence(next)])}${list('Needed to be ready', needed)}${list('To know before', notes)}</div>
</div>
</section>
`;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function list(title: string, texts: readonly string[]): Markup | undefined {
  if (texts.length === 0) return undefined;
  const more = texts.length - SENTENCES;
  return html`<div><h3>${title}</h3>
<ul>${texts.slice(0, SENTENCES).map((text) => html`<li>${cutText(text, LONGEST)}</li>`)}${more > 0 ? html`<li>and ${more} more</li>` : undefined}</ul></div>
`;
}

/** The numbers that somebody would ask for first. */
export function figures({ counts: seen }: Aggregate, callers: readonly Caller[], ignored: Ignored): Markup {
  const left = ignored.kinds;
  const counts = {
    ...seen,
    v1: seen.v1 - left.v1,
    v2: seen.v2 - left.v2,
    unknown: seen.unknown - left.unknown,
  };
  const toFix = callers.filter((caller) => statusOf(caller) === 'v1').length;
  const rest = counts.foreign + counts.attempt;
  return html`<ul class="figures">
${figure(toFix, html`<a href="#callers">${toFix === 1 ? 'caller' : 'callers'} to fix, of ${countText(callers.length)}</a>`, toFix > 0 ? 'v1' : 'other')}
${figure(counts.v1, counts.v1 === 1 ? 'IMDSv1 call' : 'IMDSv1 calls', counts.v1 > 0 ? 'v1' : 'other')}
${figure(counts.unknown, counts.unknown === 1 ? 'call not readable' : 'calls not readable', counts.unknown > 0 ? 'unknown' : 'other')}
${figure(counts.v2, counts.v2 === 1 ? 'IMDSv2 call' : 'IMDSv2 calls', counts.v2 > 0 ? 'ready' : 'other')}
</ul>
${
  rest === 0
    ? undefined
    : html`<p class="note">And ${[counts.foreign > 0 ? `${countOf(counts.foreign, 'call')} of another cloud's paths` : '', counts.attempt > 0 ? `${countOf(counts.attempt, 'connection')} on which nothing was sent` : ''].filter((text) => text !== '').join(', ')}.</p>
`
}`;
}

function figure(value: number, text: string | Markup, status: CallerStatus): Markup {
  return html`<li class="${status}"><strong>${countText(value)}</strong> ${text}</li>`;
}
