import type { AttributedCall, CaptureSummary } from '../model.ts';
import type { Sink } from '../ports.ts';
import { isIncomplete } from './completeness.ts';
import type { Findings, Output, ReportOptions, ReportSink } from './types.ts';
import { findingsOf } from './verdict.ts';

export type { Findings, Output, ReportFormat, ReportOptions, ReportSink } from './types.ts';

/** The sink of a format. What a format needs is loaded with it: start-up time counts. */
export async function createReportSink(options: ReportOptions, output: Output): Promise<ReportSink> {
  return new CountingSink(await createSink(options, output));
}

/** Loads what a report may need only at its end: afterwards, the files may not be readable any more. */
export async function loadAhead(): Promise<void> {
  const [{ loadWidth }, { loadPaint }] = await Promise.all([import('./layout.ts'), import('./paint.ts')]);
  await Promise.all([loadWidth(['\u4e00']), loadPaint(true)]);
}

async function createSink(options: ReportOptions, output: Output): Promise<Sink> {
  switch (options.format) {
    case 'text': {
      const { createTextSink } = await import('./text.ts');
      return createTextSink(options, output);
    }
    case 'csv': {
      const { createCsvCallerSink, createCsvCallSink } = await import('./csv.ts');
      return options.calls ? createCsvCallSink(output) : createCsvCallerSink(output);
    }
    case 'json': {
      const { createJsonSink } = await import('./json.ts');
      return createJsonSink(output);
    }
    case 'jsonl': {
      const { createJsonlSink } = await import('./jsonl.ts');
      return createJsonlSink(output);
    }
    case 'log': {
      const { createLogSink } = await import('./log.ts');
      return createLogSink(options, output);
    }
  }
}

/** Counts what `--fail-on` asks about, the same for every format. */
class CountingSink implements ReportSink {
  readonly #sink: Sink;
  #v1 = 0;
  #unknown = 0;
  #incomplete = true;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  call(call: AttributedCall): void {
    const { version } = call.call;
    if (version === 'v1') this.#v1++;
    else if (version === 'unknown') this.#unknown++;
    this.#sink.call(call);
  }

  ready(): Promise<void> | undefined {
    return this.#sink.ready();
  }

  end(captures: readonly CaptureSummary[]): Promise<void> {
    this.#incomplete = captures.length === 0 || captures.some(isIncomplete);
    return this.#sink.end(captures);
  }

  findings(): Findings {
    return findingsOf(this.#v1, this.#unknown, this.#incomplete);
  }
}
