import { once } from 'node:events';
import { createWriteStream, type Stats, type WriteStream } from 'node:fs';
import { chmod, realpath, rename, rm, stat } from 'node:fs/promises';
import { UsageError } from '../errors.ts';
import { type ResultOutput, StreamOutput, WITH_OUTPUT_OPTION, writeError } from './output.ts';

interface FileOutputOptions {
  /** Files that are read: never written. */
  inputs: readonly string[];
  /**
   * Write under the final name from the start, for results that someone follows while they grow.
   * Otherwise a whole result replaces an older one in one step, and a failed run leaves the older one.
   */
  inPlace: boolean;
  onBroken: () => void;
}

/** Opens FILE of `-o FILE`. */
export async function openFileOutput(file: string, options: FileOutputOptions): Promise<ResultOutput> {
  if (file === '') {
    throw new UsageError('-o: expected the name of a file, found an empty one', {
      code: 'usage.output',
      remedy: 'Give a name, or leave -o out for standard output.',
    });
  }
  const existing = await statOf(file);
  await refuseInputs(file, existing, options.inputs);
  if (existing?.isDirectory() === true) {
    throw new UsageError(`-o ${file}: is a folder`, {
      code: 'usage.output',
      remedy: 'Give the name of a file.',
    });
  }
  // A device or a pipe can only be written in place.
  const inPlace = options.inPlace || (existing !== undefined && !existing.isFile());
  // Through a symbolic link, the file it points to is replaced, not the link.
  const target = existing === undefined ? file : await realpath(file);
  const path = inPlace ? target : `${target}.${process.pid}.part`;
  const stream = createWriteStream(path, { flags: inPlace ? 'w' : 'wx' });
  try {
    await once(stream, 'open');
  } catch (error) {
    const cause = error as NodeJS.ErrnoException;
    throw new UsageError(`-o ${file}: cannot be written: ${cause.code ?? cause.message}`, {
      code: 'usage.output',
      remedy: 'Choose a folder that exists and that you may write to.',
      cause,
    });
  }
  return new FileOutput(
    file,
    stream,
    inPlace ? undefined : { target, mode: existing?.mode },
    options.onBroken,
  );
}

class FileOutput extends StreamOutput {
  readonly #file: string;
  readonly #stream: WriteStream;
  readonly #replaces: { target: string; mode: number | undefined } | undefined;

  constructor(
    file: string,
    stream: WriteStream,
    replaces: { target: string; mode: number | undefined } | undefined,
    onBroken: () => void,
  ) {
    super(stream, file, onBroken, WITH_OUTPUT_OPTION);
    this.#file = file;
    this.#stream = stream;
    this.#replaces = replaces;
  }

  override async finish(): Promise<void> {
    await super.finish();
    try {
      await this.#close();
      if (this.#replaces === undefined) return;
      const { target, mode } = this.#replaces;
      if (mode !== undefined) await chmod(this.#stream.path, mode & 0o777);
      await rename(this.#stream.path, target);
    } catch (error) {
      throw writeError(this.#file, error as NodeJS.ErrnoException, WITH_OUTPUT_OPTION);
    }
  }

  override async discard(): Promise<void> {
    // Ended, not destroyed: that would fail the writes under way, as if the disk had.
    if (!this.#stream.destroyed) await this.#close().catch(() => undefined);
    if (this.#replaces !== undefined) await rm(this.#stream.path, { force: true });
  }

  async #close(): Promise<void> {
    const closed = once(this.#stream, 'close');
    this.#stream.end();
    await closed;
  }
}

async function refuseInputs(
  file: string,
  existing: Stats | undefined,
  inputs: readonly string[],
): Promise<void> {
  if (existing === undefined || !existing.isFile()) return;
  for (const input of inputs) {
    const read = await statOf(input);
    if (read === undefined || read.dev !== existing.dev || read.ino !== existing.ino) continue;
    throw new UsageError(`-o ${file}: is an input of this run (${input})`, {
      code: 'usage.output',
      remedy: 'Give another name, or the capture would be lost.',
    });
  }
}

async function statOf(path: string): Promise<Stats | undefined> {
  return stat(path).catch(() => undefined);
}
