import { countText } from '../../words.ts';
import type { BatchWriter } from '../batch-writer.ts';
import type { Caller } from '../caller.ts';
import { type ExampleCall, ExampleCalls, ExampleTexts } from '../example-calls.ts';
import type { ProcessViews } from '../process-view.ts';
import { leftOutText } from '../rows.ts';
import { callerSection } from './caller-section.ts';
import { filterControls, tableEnd, tableRow, tableStart } from './caller-table.ts';
import { html, type Markup } from './markup.ts';
import type { HtmlOptions } from './types.ts';
import type { ScopeNoun } from './verdicts.ts';

/**
 * Callers with a section of their own, and rows of a table that is laid out at once. A browser lays out what is
 * open: further rows are in tables that are closed.
 */
const AT_ONCE = 1000;
/** Rows or sections between two looks at whether the consumer is behind. */
const BATCH = 64;

interface CallersOptions {
  /** What to fix first, first. */
  callers: readonly Caller[];
  /** How many more there are. */
  leftOut: number;
  views: ProcessViews;
  examples: ReadonlyMap<Caller, ExampleCalls>;
  diagnose: HtmlOptions['diagnose'];
  /** What tells callers apart; undefined where all are of one. */
  noun: ScopeNoun | undefined;
}

/** All callers as a table, and then one by one; written as they are made. */
export class CallersSection {
  readonly #options: CallersOptions;

  constructor(options: CallersOptions) {
    this.#options = options;
  }

  async write(writer: BatchWriter): Promise<void> {
    const { callers, leftOut } = this.#options;
    const put = ({ text }: Markup): void => writer.write(text);
    put(html`
<section id="callers" aria-labelledby="callers-title" tabindex="-1">
<h2 id="callers-title">Callers</h2>
`);
    if (callers.length === 0)
      put(html`<p>No call to the service was seen.</p>
`);
    else {
      put(filterControls(callers));
      await this.#writeRows(0, 'Callers, what to fix first on top', writer);
      for (let from = AT_ONCE; from < callers.length; from += AT_ONCE) {
        const name = `Callers ${countText(from + 1)} to ${countText(Math.min(from + AT_ONCE, callers.length))}`;
        put(html`<details class="more"><summary>${name} <span class="fits"></span></summary>
`);
        await this.#writeRows(from, name, writer);
        put(html`</details>
`);
      }
      put(html`<p id="none" hidden>No caller fits the filter.</p>
`);
      if (leftOut > 0)
        put(html`<p class="note">${leftOutText(leftOut, {})}.</p>
`);
      await this.#writeSections(writer);
    }
    put(html`</section>
`);
  }

  /** A table of {@link AT_ONCE} callers. */
  async #writeRows(from: number, caption: string, writer: BatchWriter): Promise<void> {
    const { callers, views, diagnose, noun } = this.#options;
    writer.write(tableStart(caption, noun).text);
    for (const [offset, caller] of callers.slice(from, from + AT_ONCE).entries()) {
      const cause = diagnose?.(caller)?.cause?.title;
      writer.write(tableRow(caller, from + offset, views, noun !== undefined, cause, from === 0).text);
      if (offset % BATCH === 0) await writer.ready();
    }
    writer.write(tableEnd().text);
  }

  async #writeSections(writer: BatchWriter): Promise<void> {
    const { callers, views, examples, diagnose, noun } = this.#options;
    const more = callers.length - AT_ONCE;
    const note =
      more <= 0
        ? undefined
        : html`<p class="note">The first ${countText(AT_ONCE)} callers, so that a browser stays quick. The ${countText(more)} others stand in the tables above alone; imds prints everything of them with --format json.</p>
`;
    writer.write(
      html`<div class="section-title"><h2 id="details-title">Each caller</h2><button type="button" id="expand" hidden>Open all</button></div>
${note}`.text,
    );
    for (const [index, caller] of callers.slice(0, AT_ONCE).entries()) {
      const calls = examplesOf(caller, examples);
      writer.write(callerSection(caller, index, views, noun !== undefined, calls, diagnose?.(caller)).text);
      if (index % BATCH === 0) await writer.ready();
    }
  }
}

/** Of a caller that was joined, the worst of all its parts. */
function examplesOf(caller: Caller, examples: ReadonlyMap<Caller, ExampleCalls>): readonly ExampleCall[] {
  if (caller.containers.length === 0) return examples.get(caller)?.calls ?? [];
  const all = new ExampleCalls(new ExampleTexts());
  for (const part of caller.containers) {
    const own = examples.get(part);
    if (own !== undefined) all.merge(own);
  }
  return all.calls;
}
