import { createAssembler } from './capture/create-assembler.ts';
import type { CaptureInput } from './inputs.ts';
import type { CaptureSummary } from './model.ts';
import { CaptureRun, type RunOptions } from './pipeline/capture-run.ts';
import type { Sink } from './ports.ts';

/**
 * The journal of one capture → attributed calls, to the sink. Nothing in it looks at a clock: the
 * same journal gives the same calls. What is wrong with the input stands in the summary's problems;
 * the sink is not ended, for other captures may follow.
 */
export function runCapture(input: CaptureInput, options: RunOptions, sink: Sink): Promise<CaptureSummary> {
  return new CaptureRun(input, options, sink, createAssembler).run();
}
