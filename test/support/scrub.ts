import { PassThrough, Readable } from 'node:stream';
import { type ScrubCommandOptions, scrub } from '../../src/cli/scrub.ts';
import type { Surroundings } from '../../src/cli/surroundings.ts';
import { openInputs } from '../../src/inputs.ts';
import type { CaptureSummary, Endpoint } from '../../src/model.ts';
import { runCapture } from '../../src/pipeline.ts';
import { EventFormatter } from '../../src/report/event.ts';
import { ENDPOINTS } from './blank.ts';

export interface ScrubRun {
  code: number;
  stderr: string;
}

/** Runs the command in this process. @throws ImdsError as the command does */
export async function runScrub(
  path: string,
  output: string,
  options: Partial<ScrubCommandOptions> = {},
  stdin: Uint8Array = Buffer.alloc(0),
): Promise<ScrubRun> {
  const stderr = new PassThrough();
  const surroundings: Surroundings = {
    stdin: Readable.from([stdin]),
    stdout: new PassThrough(),
    stderr,
    env: {},
    signals: { on: () => {}, off: () => {} },
  };
  const code = await scrub(
    { path, output, endpoints: ENDPOINTS, correlations: undefined, strict: false, force: false, ...options },
    surroundings,
  );
  return { code, stderr: String(stderr.read() ?? '') };
}

export interface Analysis {
  /** As `analyze --jsonl` prints them. */
  events: string[];
  summaries: CaptureSummary[];
}

/** What `analyze` finds. Captures are named by their number, for a name is part of a call. */
export async function analysisOf(
  paths: readonly string[],
  {
    endpoints = ENDPOINTS,
    ring = false,
    correlations,
  }: { endpoints?: readonly Endpoint[]; ring?: boolean; correlations?: string | undefined } = {},
): Promise<Analysis> {
  const { captures } = await openInputs(paths, { ring, correlations });
  const formatter = new EventFormatter();
  const events: string[] = [];
  const summaries: CaptureSummary[] = [];
  for (const [i, capture] of captures.entries()) {
    const sink = {
      call: (call: Parameters<EventFormatter['format']>[0]) => void events.push(formatter.format(call)),
      ready: () => undefined,
      end: () => Promise.resolve(),
    };
    summaries.push(await runCapture({ ...capture, name: `capture ${i}` }, { endpoints }, sink));
  }
  return { events, summaries };
}
