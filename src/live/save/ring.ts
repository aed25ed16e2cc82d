import { deleteOwn } from './create-file.ts';
import { PartNames } from './names.ts';
import { PartFile, type Unit } from './part-file.ts';

/** Names that somebody else may have taken from under us, one after the other. */
const MAX_SKIPPED = 16;
/** An unlinked file can be written to for ever: so often it is looked whether it is still there. */
const LOOK_AFTER_MS = 500;

interface RingOptions {
  sidecar: boolean;
  /** The files have numbers from the first one on. */
  rotating: boolean;
  /** So many files stay. */
  maximum: number;
  /** What went wrong with a file that is no longer written. */
  report: Report;
}

type Report = (path: string, error: unknown) => void;

/** The files of one run: the one that is written, and those before it, of which the oldest leave. */
export class Ring {
  readonly #names: PartNames;
  readonly #sidecar: boolean;
  readonly #maximum: number;
  readonly #report: Report;
  /** In the order of their parts. */
  #parts: PartFile[] = [];
  #current: PartFile | undefined;
  #opened = 0;
  #looked = 0;

  private constructor(names: PartNames, { sidecar, maximum, report }: RingOptions) {
    this.#names = names;
    this.#sidecar = sidecar;
    this.#maximum = maximum;
    this.#report = report;
  }

  /** With its first file. Fails with the system's error. */
  static async open(path: string, options: RingOptions): Promise<Ring> {
    const ring = new Ring(await PartNames.of(path, options.rotating), options);
    if (options.rotating) await ring.next();
    else ring.#begin(await PartFile.create(path, options.sidecar));
    return ring;
  }

  /** Files created so far. */
  get opened(): number {
    return this.#opened;
  }

  get current(): PartFile | undefined {
    return this.#current;
  }

  get nextPath(): string {
    return this.#names.pathOf(this.#opened + 1);
  }

  get paths(): string[] {
    return this.#parts.map(({ path }) => path);
  }

  /** A new file; the one before it is closed only when the new one is there. */
  async next(): Promise<void> {
    const part = await this.#create();
    const before = this.#current;
    this.#begin(part);
    await before?.close().catch((error: unknown) => this.#report(before.path, error));
  }

  /** All, or nothing of it and the system's error; after that, `current` says whether the file can go on. */
  async append(units: readonly Unit[]): Promise<void> {
    const part = this.#current;
    if (part === undefined) throw Object.assign(new Error('no file'), { code: 'ENOENT' });
    const before = part.lengths;
    try {
      await this.#look(part);
      await part.append(units);
    } catch (error) {
      await part.restore(before).catch(() => this.#abandon(part));
      throw error;
    }
    // Only now: a new file that cannot be written must not cost an old one.
    await this.#deleteOldest();
  }

  async close(): Promise<void> {
    const part = this.#current;
    this.#current = undefined;
    if (part === undefined) return;
    try {
      await part.assertLinked();
    } finally {
      await part.close();
    }
  }

  #begin(part: PartFile): void {
    this.#current = part;
    this.#parts.push(part);
    this.#opened++;
  }

  async #create(): Promise<PartFile> {
    for (let skipped = 0; ; skipped++) {
      try {
        return await PartFile.create(this.nextPath, this.#sidecar);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || skipped === MAX_SKIPPED) throw error;
        this.#names.skip();
      }
    }
  }

  async #look(part: PartFile): Promise<void> {
    const now = performance.now();
    if (now - this.#looked < LOOK_AFTER_MS) return;
    this.#looked = now;
    await part.assertLinked();
  }

  async #abandon(part: PartFile): Promise<void> {
    this.#current = undefined;
    await part.close().catch(() => undefined);
  }

  async #deleteOldest(): Promise<void> {
    while (this.#parts.length > this.#maximum) {
      for (const file of this.#parts.shift()?.created ?? []) {
        await deleteOwn(file).catch((error: unknown) => this.#report(file.path, error));
      }
    }
  }
}
