import type { Diagnosis } from '../../causes/types.ts';
import type { Process, ProcessIdentity } from '../../model.ts';
import { ARGUMENTS_CUT, countOf, countText } from '../../words.ts';
import type { Caller } from '../caller.ts';
import { type CallerRow, callerName, callerRow } from '../caller-row.ts';
import { commandLine as commandLineOf } from '../command-line.ts';
import type { ExampleCall } from '../example-calls.ts';
import { KINDS } from '../kinds.ts';
import { joinKnown } from '../layout.ts';
import type { ProcessViews } from '../process-view.ts';
import { programName } from '../program.ts';
import { isoNanoseconds, localSeconds } from '../time.ts';
import { sectionId } from './caller-table.ts';
import { diagnosisPart } from './diagnosis-part.ts';
import { html, type Markup } from './markup.ts';
import { cutText, KIND_CLASSES, KIND_WORDS, pill, statusOf } from './words.ts';

const LONGEST = 300;
const AGENT = 60;
/** Characters of a command line. */
const LONGEST_ARGS = 2000;
const ANCESTORS = 24;

/** Everything about one caller: why, what to do, who started it, and some of its calls. */
export function callerSection(
  caller: Caller,
  index: number,
  views: ProcessViews,
  hasHosts: boolean,
  examples: readonly ExampleCall[],
  diagnosis: Diagnosis | undefined,
): Markup {
  const row = callerRow(caller, views);
  const { process } = caller.example;
  const view = caller.identity.isOther || process === undefined ? undefined : views.view(process).process;
  const status = statusOf(caller);
  const id = sectionId(index);
  return html`<details class="caller ${status}">
<summary><span class="rank">${countText(index + 1)}</span> <h3>${cutText(callerName(caller), LONGEST)}</h3>${agentOf(row)} ${pill(status)} <span class="sum">${sumText(caller, hasHosts)}</span></summary>
<div class="body" id="${id}">
${diagnosis === undefined ? undefined : diagnosisPart(diagnosis)}${facts(caller, row, view, diagnosis)}${view === undefined ? undefined : ancestry(view)}${exampleTable(examples)}</div>
</details>
`;
}

/** Where no process is known, it is what tells one caller of an address from another. */
function agentOf({ program, user_agents: [agent] }: CallerRow): Markup | undefined {
  return program === undefined && agent !== undefined
    ? html` <small>${cutText(agent, AGENT)}</small>`
    : undefined;
}

function sumText({ kinds, place }: Caller, hasHosts: boolean): string {
  const counts = KINDS.filter((kind) => kinds[kind] > 0).map((kind) => `${countText(kinds[kind])} ${kind}`);
  return joinKnown([...counts, hasHosts ? cutText(place, LONGEST) : undefined]);
}

function facts(
  caller: Caller,
  row: CallerRow,
  process: Process | undefined,
  diagnosis: Diagnosis | undefined,
): Markup {
  const list: readonly (readonly [name: string, value: string | Markup | undefined])[] = [
    ['Command line', process?.args && commandLine(process)],
    ['User agent', codes(row.user_agents)],
    ['Container', row.container_id && containerText(row.container_id, caller)],
    ['No process', row.unattributed_reason],
    ['Calls', callsText(caller)],
    ['Host', row.host ?? row.capture],
    ['Host called', row.host_names?.join(', ')],
    ['Executable', row.executable && code(row.executable)],
    ['Process', row.example_pid === undefined ? undefined : `pid ${row.example_pid}`],
    ['Unit', row.unit],
    ['User', row.user],
    ['Client address', codes(row.clients)],
    ['Forwarded for', codes(row.forwarded_for)],
    ['Not readable', row.unknown_reasons.length === 0 ? undefined : row.unknown_reasons.join(', ')],
    ['First call', time(caller.first)],
    ['Last call', time(caller.last)],
    ['Asked for', row.worst_path && `${row.worst_path}, at worst`],
    ['Product', productText(diagnosis)],
    ['Found by', row.attribution === 'none' ? undefined : row.attribution],
  ];
  return html`<h4>Who</h4>
<dl>
${list.map(([name, value]) =>
  value === undefined || value === ''
    ? undefined
    : html`<div${WHOLE_LINE.has(name) ? WHOLE : undefined}><dt>${name}</dt><dd>${typeof value === 'string' ? cutText(value, LONGEST_ARGS) : value}</dd></div>
`,
)}</dl>
`;
}

function productText(diagnosis: Diagnosis | undefined): string | undefined {
  if (diagnosis?.product === undefined) return undefined;
  return `${diagnosis.product} ${diagnosis.productVersion ?? ''}`.trimEnd();
}

/** What may be long. */
const WHOLE_LINE: ReadonlySet<string> = new Set(['Command line', 'Container', 'User agent', 'No process']);
const WHOLE = html` class="whole"`;

/** Of a caller that was joined, that of the example. */
function containerText(id: string, { containers }: Caller): Markup {
  const { length } = containers;
  return html`${code(id)}${length === 0 ? undefined : `, and ${countOf(length - 1, 'other')}`}`;
}

function callsText({ kinds, facts: { v1 } }: Caller): string {
  const counts = KINDS.filter((kind) => kinds[kind] > 0).map(
    (kind) => `${countText(kinds[kind])} ${KIND_WORDS[kind]}`,
  );
  const failed =
    kinds.v1 === 0 || kinds.v1 === v1.succeeded
      ? ''
      : `; of those by IMDSv1, ${countText(v1.succeeded)} with success`;
  return counts.join(', ') + failed;
}

function ancestry({ ancestors }: Process): Markup | undefined {
  if (ancestors.length === 0) return undefined;
  const more = ancestors.length - ANCESTORS;
  return html`<h4>Started by</h4>
<ol class="ancestry">
${ancestors.slice(0, ANCESTORS).map(
  (
    one,
  ) => html`<li>${programName(one) ?? 'unknown'} <small>pid ${one.pid}</small>${one.args === undefined || one.args.length === 0 ? undefined : html` ${commandLine(one)}`}</li>
`,
)}${more > 0 ? html`<li>and ${more} more</li>` : undefined}</ol>
`;
}

function exampleTable(examples: readonly ExampleCall[]): Markup | undefined {
  if (examples.length === 0) return undefined;
  return html`<table class="examples"><caption>Example calls, the worst first, each different one once</caption>
<thead><tr><th scope="col">Time</th><th scope="col">Version</th><th scope="col">Request</th><th scope="col">Status</th><th scope="col">pid</th></tr></thead>
<tbody>
${examples.map(
  ({ time: at, kind, request, status, pid }) =>
    html`<tr><td>${time(at)}</td><td>${pill(KIND_CLASSES[kind], KIND_WORDS[kind])}</td><td>${code(request)}</td><td>${status ?? '–'}</td><td>${pid ?? '–'}</td></tr>
`,
)}</tbody></table>
`;
}

function time(at: bigint): Markup {
  return html`<time datetime="${isoNanoseconds(at)}">${localSeconds(at).replace('T', ' ')}</time>`;
}

function code(text: string): Markup {
  return html`<code>${cutText(text, LONGEST)}</code>`;
}

function codes(texts: readonly string[]): Markup | undefined {
  if (texts.length === 0) return undefined;
  return html`${texts.map((text, index) => html`${index === 0 ? '' : ', '}${code(text)}`)}`;
}

/** Arguments as they are, with a blank between; the first of them alone where they are many. */
function commandLine({ args, argsTruncated }: ProcessIdentity): Markup {
  const line = commandLineOf({ args });
  return html`<code>${cutText(line, LONGEST_ARGS)}${argsTruncated ? ARGUMENTS_CUT : ''}</code>`;
}
