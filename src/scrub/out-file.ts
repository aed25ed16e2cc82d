import { link, lstat, rename, unlink } from 'node:fs/promises';
import { FailureError, UsageError } from '../errors.ts';
import { type CreatedFile, codeOf, createFile, deleteOwn } from '../live/save/create-file.ts';

/** Written at once. */
const BATCH_BYTES = 1024 * 1024;
/** So much is worth a write. */
const EAGER_BYTES = 256 * 1024;

/** Systems of files without hard links. */
const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/** A file under another name, until it is whole: readable by its owner alone, created by this run and no link. */
export class OutFile {
  readonly path: string;
  readonly #created: CreatedFile;
  #waiting: Buffer[] = [];
  #bytes = 0;
  #closed = false;

  private constructor(path: string, created: CreatedFile) {
    this.path = path;
    this.#created = created;
  }

  /** @throws UsageError where it cannot be created */
  static async create(path: string): Promise<OutFile> {
    try {
      return new OutFile(path, await createFile(`${path}.${process.pid}.part`));
    } catch (error) {
      throw new UsageError(`${path}: cannot be created: ${codeOf(error)}`, {
        code: 'usage.scrub_output',
        remedy: 'Choose a folder that exists and that you may write to.',
        cause: error,
      });
    }
  }

  push(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#waiting.push(bytes);
    this.#bytes += bytes.length;
  }

  /** Resolves when what waits is written; undefined while that is little. */
  ready(): Promise<void> | undefined {
    return this.#bytes < EAGER_BYTES ? undefined : this.flush();
  }

  async flush(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#bytes = 0;
    let batch: Buffer[] = [];
    let size = 0;
    for (const bytes of waiting) {
      batch.push(bytes);
      size += bytes.length;
      if (size < BATCH_BYTES) continue;
      await this.#write(Buffer.concat(batch));
      batch = [];
      size = 0;
    }
    if (size > 0) await this.#write(Buffer.concat(batch));
  }

  /** All is written, and the file is closed. */
  async close(): Promise<void> {
    await this.flush();
    this.#closed = true;
    await this.#try(() => this.#created.handle.close());
  }

  /** Gives it its own name. @param replace the file that has it, where there is one */
  async publish(replace: boolean): Promise<void> {
    const { path } = this.#created;
    if (replace) {
      await this.#try(() => rename(path, this.path));
      return;
    }
    try {
      // Unlike a renaming, it never replaces what somebody else has put there meanwhile.
      await link(path, this.path);
    } catch (error) {
      const code = codeOf(error);
      if (code === 'EEXIST') throw exists(this.path);
      if (!NO_LINKS.has(code)) throw unwritable(this.path, error);
      if ((await lstat(this.path).catch(() => undefined)) !== undefined) throw exists(this.path);
      await this.#try(() => rename(path, this.path));
      return;
    }
    await unlink(path).catch(() => undefined);
  }

  /** Nothing came of it. */
  async discard(): Promise<void> {
    if (!this.#closed) await this.#created.handle.close().catch(() => undefined);
    this.#closed = true;
    await deleteOwn(this.#created).catch(() => undefined);
  }

  async #write(bytes: Buffer): Promise<void> {
    const { handle } = this.#created;
    for (let written = 0; written < bytes.length; ) {
      // A short write is followed by the error that explains it.
      written += (await this.#try(() => handle.write(bytes, written))).bytesWritten;
    }
  }

  async #try<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      throw unwritable(this.path, error);
    }
  }
}

export function exists(path: string): UsageError {
  return new UsageError(`${path}: exists already`, {
    code: 'usage.scrub_exists',
    remedy: 'Give another name, or --force to replace it.',
  });
}

function unwritable(path: string, cause: unknown): FailureError {
  const code = codeOf(cause);
  return new FailureError(
    `${path}: cannot be written: ${code === 'ENOSPC' ? 'no space left on the device' : code}`,
    {
      code: 'scrub.write',
      remedy: 'Nothing of it was kept. Make room, or choose another folder.',
      cause,
    },
  );
}
