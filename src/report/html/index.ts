import type { AttributedCall, CaptureSummary } from '../../model.ts';
import { countOf } from '../../words.ts';
import type { Aggregate } from '../aggregate.ts';
import { BatchWriter } from '../batch-writer.ts';
import type { Caller } from '../caller.ts';
import { type CompletenessSummary, summarize } from '../completeness.ts';
import { ExampleCalls, ExampleTexts } from '../example-calls.ts';
import { groupsOf } from '../groups.ts';
import type { HostVerdict } from '../host-verdict.ts';
import type { Ignored } from '../ignored.ts';
import { kindOf } from '../kinds.ts';
import { lossLines } from '../loss-lines.ts';
import { nextStep } from '../next-step.ts';
import { aggregateFor, topOf } from '../rows.ts';
import { seenText } from '../seen-text.ts';
import type { FormatSink, Output, RowOptions } from '../types.ts';
import { meaningOf, verdictOf } from '../verdict.ts';
import { proofOnce } from '../verdict-entries.ts';
import { type BannerText, banner, figures } from './banner.ts';
import { CallersSection } from './callers-section.ts';
import { documentEnd, documentStart } from './document.ts';
import { evidenceSection, glossary } from './evidence.ts';
import { groupsSection } from './groups-section.ts';
import { hostSection } from './host-section.ts';
import { HostTimelines } from './host-timelines.ts';
import { ignoredSection } from './ignored-section.ts';
import { html, type Markup } from './markup.ts';
import { type Span, timelineSection } from './timeline.ts';
import type { HtmlOptions } from './types.ts';
import { hostsText, nounOf, type ScopeNoun } from './verdicts.ts';
import { cutText, VERDICT_WORDS } from './words.ts';

export type { HtmlOptions } from './types.ts';

const LONGEST_NAME = 200;

/** For people who look: one page that loads nothing, written in pieces at the end. */
export function createHtmlSink(options: HtmlOptions & RowOptions, output: Output): FormatSink {
  const aggregate = aggregateFor(options);
  const timelines = new HostTimelines();
  const texts = new ExampleTexts();
  const examples = new Map<Caller, ExampleCalls>();
  return {
    aggregate,
    call(call: AttributedCall): void {
      const caller = aggregate.add(call);
      const kind = kindOf(call.call);
      timelines.add(call, kind);
      let calls = examples.get(caller);
      if (calls === undefined) {
        calls = new ExampleCalls(texts);
        examples.set(caller, calls);
      }
      calls.add(call, kind);
    },
    context: (call: AttributedCall) => aggregate.addContext(call),
    ready: () => undefined,
    end: (captures, verdicts, _findings, ignored) =>
      new Page({
        aggregate,
        timelines,
        examples,
        captures,
        verdicts,
        ignored,
        ...options,
      }).write(new BatchWriter(output)),
  };
}

interface PageOptions extends HtmlOptions, RowOptions {
  aggregate: Aggregate;
  timelines: HostTimelines;
  examples: ReadonlyMap<Caller, ExampleCalls>;
  captures: readonly CaptureSummary[];
  verdicts: readonly HostVerdict[];
  ignored: Ignored;
}

class Page {
  readonly #options: PageOptions;
  readonly #callers: readonly Caller[];
  readonly #noun: ScopeNoun;
  readonly #completeness: CompletenessSummary;

  constructor(options: PageOptions) {
    this.#options = options;
    this.#callers = options.ignored.counted(options.aggregate.callers());
    this.#noun = nounOf(options.verdicts, options.captures);
    this.#completeness = summarize(options.captures);
  }

  async write(writer: BatchWriter): Promise<void> {
    const { aggregate, timelines, examples, captures, verdicts, ignored, diagnose } = this.#options;
    const { groupBy = 'caller', top } = this.#options;
    const text = this.#banner();
    const where = this.#where();
    const span = this.#span();
    const hasMany = verdicts.length > 1;
    const put = ({ text }: Markup): void => writer.write(text);
    put(documentStart(`${VERDICT_WORDS[text.status]}: IMDSv1 ${where}`));
    put(html`<header><p class="eyebrow">imds · calls to the EC2 instance metadata service</p>
<h1>Who still uses IMDSv1 ${where}?</h1></header>
<main>
${banner(text)}${figures(aggregate, this.#callers, ignored)}`);
    if (span !== undefined && aggregate.calls > 0) put(timelineSection(aggregate, span));
    if (hasMany) put(hostSection(verdicts, this.#noun, timelines, span));
    const noun = hasMany ? this.#noun : undefined;
    if (groupBy !== 'caller') put(groupsSection(groupsOf(aggregate, groupBy, ignored), { groupBy, top }));
    // Where rows are groups, they are what there is a number of.
    const { rows: callers, leftOut } = topOf(this.#callers, groupBy === 'caller' ? { top } : {});
    await new CallersSection({
      callers,
      leftOut,
      views: aggregate.views,
      examples,
      diagnose,
      noun,
    }).write(writer);
    if (ignored.callers.size > 0) put(ignoredSection(ignored));
    put(evidenceSection(captures));
    put(glossary());
    put(html`</main>
`);
    put(documentEnd());
    await writer.end();
  }

  /** Of the one host, or of all of them together. */
  #banner(): BannerText {
    const { aggregate, captures, verdicts, ignored } = this.#options;
    const verdict = verdictOf(aggregate, this.#callers, this.#completeness, verdicts, ignored);
    const { status, text, notes } = verdict;
    const [first, ...others] = verdicts;
    const only = others.length === 0 ? first : undefined;
    return {
      status,
      text: others.length === 0 ? text : `${hostsText(verdicts, this.#noun)} ${text}`,
      meaning: meaningOf(verdict, ignored.kinds.v1 > 0, 'in this report'),
      restsOn: [
        seenText(aggregate, captures, this.#completeness),
        ...(only?.restsOn ?? []),
        ...lossLines(this.#completeness),
      ],
      needed: status === 'ready' ? [] : proofOnce(only?.needed ?? []),
      notes,
      next: nextStep(aggregate, this.#completeness, ignored, { place: 'page' }, status),
    };
  }

  /** `on web-7`, `on 12 hosts`, `in 3 captures`. */
  #where(): string {
    const { verdicts } = this.#options;
    const [only] = verdicts;
    const preposition = this.#noun === 'host' ? 'on' : 'in';
    if (verdicts.length > 1) return `${preposition} ${countOf(verdicts.length, this.#noun)}`;
    if (only === undefined || only.host === '') return 'here';
    return `${preposition} ${cutText(only.host, LONGEST_NAME)}`;
  }

  /** Of the captures and of the calls. */
  #span(): Span | undefined {
    const { first, last } = this.#completeness;
    const calls = this.#options.aggregate.span;
    const times = [first, last, calls?.first, calls?.last]
      .filter((time) => time !== undefined)
      .sort(ascending);
    const [start, end] = [times[0], times.at(-1)];
    return start === undefined || end === undefined ? undefined : { first: start, last: end };
  }
}

function ascending(a: bigint, b: bigint): number {
  return a < b ? -1 : Number(a > b);
}
