import { rotatedFiles } from '../live/save/names.ts';
import type { Sink } from '../ports.ts';
import { createReportSink, VerdictSink } from '../report/index.ts';
import { type LogLevel, reaches } from '../report/log.ts';
import { createTextSink } from '../report/text.ts';
import type { Output, ReportFormat } from '../report/types.ts';
import { LOGS } from '../service/folders.ts';
import type { LiveOptions } from './live-options.ts';
import { StreamOutput } from './output.ts';
import { colourOf, columnsOf, type Surroundings, type TerminalStream } from './surroundings.ts';

/** Where the calls of a session are shown. */
export interface LiveSinks {
  sinks: readonly Sink[];
  /** Its callers so far are shown in the status line. */
  report: Awaited<ReturnType<typeof createTextSink>>;
}

type ShownOptions = Pick<
  LiveOptions,
  'jsonl' | 'quiet' | 'ancestors' | 'timeText' | 'level' | 'ignore' | 'observed'
> &
  KeptOptions;
type KeptOptions = Pick<LiveOptions, 'logFolder' | 'save' | 'attribution' | 'rotateBytes'>;

/**
 * Calls as they come; then callers and the verdict, on standard error where calls are for programs.
 *
 * @param calls standard output
 */
export async function createLiveSinks(
  options: ShownOptions,
  { stdout, stderr, env }: Surroundings,
  calls: Output,
): Promise<LiveSinks> {
  const { jsonl, quiet, ancestors, timeText, level, ignore, observed } = options;
  const optionsFor = (stream: TerminalStream, format: ReportFormat) => ({
    format,
    calls: false,
    columns: columnsOf(stream, env),
    colour: colourOf(stream, env),
    ancestors,
    timeText,
    verdict: { observed },
    readIn: { place: 'live' as const, ...keptBy(options) },
  });
  const report = await createTextSink(
    optionsFor(jsonl ? stderr : stdout, 'text'),
    jsonl ? new StreamOutput(stderr, 'standard error', () => {}) : calls,
  );
  const verdict = new VerdictSink(report, { observed }, ignore);
  if (quiet) return { sinks: [verdict], report };
  const shown = await createReportSink(optionsFor(stdout, jsonl ? 'jsonl' : 'log'), calls);
  return { sinks: [level === 'info' ? shown : atLeast(level, shown), verdict], report };
}

/** Needs no quotes in a shell, nor escapes on a terminal. */
const PLAIN_PATH = /^[\w./@%+:,-]{1,200}$/;

/** How its reader sees the calls again: in the log, else in the capture. */
function keptBy({ logFolder, save, attribution, rotateBytes }: KeptOptions): {
  calls: string | undefined;
  attributes: boolean;
} {
  const named = (path: string, placeholder: string) => (PLAIN_PATH.test(path) ? path : placeholder);
  const attributes = attribution !== 'off';
  if (logFolder !== undefined) {
    const folder = logFolder === LOGS ? '' : ` ${named(logFolder, 'FOLDER')}`;
    return { calls: `imds report --calls${folder}`, attributes };
  }
  const files = rotateBytes === undefined ? named : (path: string) => rotatedFiles(named(path, 'FILE'));
  const calls = save === undefined ? undefined : `imds analyze --calls ${files(save, 'FILE')}`;
  return { calls, attributes };
}

/** Of the calls, those whose lines have that level. */
function atLeast(level: LogLevel, sink: Sink): Sink {
  return {
    call: (call) => {
      if (reaches(call, level)) sink.call(call);
    },
    ready: () => sink.ready(),
    end: (captures) => sink.end(captures),
  };
}
