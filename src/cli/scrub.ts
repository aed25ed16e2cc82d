import { stat } from 'node:fs/promises';
import { type ExitCode, InputError, mostSevere, UsageError } from '../errors.ts';
import { type CapturePart, openInputs } from '../inputs.ts';
import type { Endpoint } from '../model.ts';
import { type Scrubbed, scrubCapture } from '../scrub/index.ts';
import { ScrubOutputs } from '../scrub/outputs.ts';
import { aborted } from './aborted.ts';
import { endpointsOf } from './endpoint.ts';
import { Interruption } from './interruption.ts';
import { accountOf } from './scrub-account.ts';
import type { Surroundings } from './surroundings.ts';
import { Teller } from './teller.ts';

export interface ScrubCommandOptions {
  /** A file, or `-` for standard input. */
  path: string;
  output: string;
  /** Undefined: those of EC2, and what the session of the capture watched. */
  endpoints: readonly Endpoint[] | undefined;
  correlations: string | undefined;
  strict: boolean;
  force: boolean;
}

const STDIN = '-';

/** `imds scrub`: reads a capture, writes one that others may see. Gives the exit code; throws an ImdsError. */
export async function scrub(options: ScrubCommandOptions, surroundings: Surroundings): Promise<number> {
  const interruption = new Interruption(surroundings.signals);
  const teller = new Teller('scrub', surroundings);
  try {
    const code = await run(options, surroundings, interruption, teller);
    return interruption.exitCode ?? code;
  } finally {
    teller.progress.clear();
    interruption[Symbol.dispose]();
  }
}

async function run(
  options: ScrubCommandOptions,
  surroundings: Surroundings,
  interruption: Interruption,
  teller: Teller,
): Promise<ExitCode> {
  const { path, output, strict, force } = options;
  const { signal } = interruption;
  const part = await open(options, surroundings, signal, teller);
  if (part === undefined) return mostSevere(teller.codes);
  const inputs = [path === STDIN ? '/dev/stdin' : path, part.correlations].filter(
    (input) => input !== undefined,
  );
  const outputs = await ScrubOutputs.open({ path: output, force, inputs });
  try {
    const scrubbed = await scrubCapture(part, outputs, {
      endpoints: endpointsOf(options.endpoints, [part]),
      strict,
      signal,
      onProgress: (bytesRead) => teller.progress.update(part.path, bytesRead, part.size),
    });
    teller.problems(scrubbed.problems);
    await keep(scrubbed, options, outputs, signal, teller);
  } catch (error) {
    await outputs.discard();
    if (error instanceof InputError) teller.error(error);
    else throw error;
  }
  return mostSevere(teller.codes);
}

/** Only what is whole is kept. */
async function keep(
  scrubbed: Scrubbed,
  { output }: ScrubCommandOptions,
  outputs: ScrubOutputs,
  signal: AbortSignal,
  teller: Teller,
): Promise<void> {
  if (signal.aborted || !scrubbed.isRead) {
    await outputs.discard();
    teller.note(`${signal.aborted ? 'interrupted' : 'nothing could be read'}; ${output} was not written`);
    return;
  }
  await outputs.finish(scrubbed.drops);
  const { correlations } = outputs;
  teller.note(
    `${correlations === undefined ? output : `${output} and ${correlations}`}: ${accountOf(scrubbed)}`,
  );
}

/** The one file that is given; undefined where it cannot be used, which is told. */
async function open(
  { path, correlations, strict }: ScrubCommandOptions,
  { stdin }: Surroundings,
  signal: AbortSignal,
  teller: Teller,
): Promise<CapturePart | undefined> {
  const stats = path === STDIN ? undefined : await stat(path).catch(() => undefined);
  if (stats?.isDirectory() === true) {
    throw new UsageError(`${path}: is a folder, and imds scrub takes one file`, {
      code: 'usage.scrub_input',
      remedy: 'Scrub its files one by one.',
    });
  }
  if (correlations !== undefined) await assertRegular(correlations);
  if ((path === STDIN || stats?.isFile() === false) && (strict || correlations !== undefined)) {
    const option = strict ? '--strict' : '--correlations';
    throw new UsageError(`${path}: is no regular file, and with ${option} IN is read twice`, {
      code: 'usage.scrub_input',
      remedy: 'Save it to a file first.',
    });
  }
  const opening = openInputs([path], { ring: false, correlations, ...(path === STDIN ? { stdin } : {}) });
  // Standard input may keep its first bytes for ever.
  const opened = await Promise.race([opening, aborted(signal)]);
  if (opened === undefined) return undefined;
  teller.problems(opened.problems);
  return opened.captures[0]?.parts[0];
}

/** What cannot be read is told as of any capture; but a pipe would be waited for. */
async function assertRegular(path: string): Promise<void> {
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined || stats.isFile()) return;
  throw new UsageError(`--correlations ${path}: is no regular file`, {
    code: 'usage.correlations',
    remedy: 'Name a file; what comes from a pipe is to be saved to one first.',
  });
}
