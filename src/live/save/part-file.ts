import { deleteOwn, type OwnFile } from './create-file.ts';
import { type Position, SIDECAR_SUFFIX } from './form.ts';
import { GrowingFile } from './growing-file.ts';

/** A whole block, packet or line, in the order of the journal. */
export interface Unit {
  bytes: Buffer;
  sidecar: boolean;
  /** Packets and records of the journal in it, for the account of what was lost; nothing that is only repeated. */
  packets: number;
  records: number;
}

/** One file of a recording, with its sidecar where the form has one. */
export class PartFile {
  readonly #capture: GrowingFile;
  readonly #sidecar: GrowingFile | undefined;
  #packets = 0;

  private constructor(capture: GrowingFile, sidecar: GrowingFile | undefined) {
    this.#capture = capture;
    this.#sidecar = sidecar;
  }

  /** Both files, or none. Fails with the system's error, whose `path` is that of the file. */
  static async create(path: string, sidecar: boolean): Promise<PartFile> {
    const capture = await GrowingFile.create(path);
    if (!sidecar) return new PartFile(capture, undefined);
    try {
      return new PartFile(capture, await GrowingFile.create(`${path}${SIDECAR_SUFFIX}`));
    } catch (error) {
      await capture.close().catch(() => undefined);
      await deleteOwn(capture.created).catch(() => undefined);
      throw error;
    }
  }

  get path(): string {
    return this.#capture.created.path;
  }

  get created(): OwnFile[] {
    return this.#files.map(({ created: { path, device, inode } }) => ({ path, device, inode }));
  }

  get position(): Position {
    return { packets: this.#packets, bytes: this.#capture.length };
  }

  /** Bytes on disk, a sidecar included. */
  get size(): number {
    return this.#files.reduce((sum, { length }) => sum + length, 0);
  }

  /** Records reach the disk before the packets that they stand before. All is written, or {@link restore} is due. */
  async append(units: readonly Unit[]): Promise<void> {
    const records = units.filter(({ sidecar }) => sidecar);
    if (records.length > 0) await this.#sidecar?.append(Buffer.concat(records.map(({ bytes }) => bytes)));
    const blocks = units.filter(({ sidecar }) => !sidecar);
    if (blocks.length > 0) await this.#capture.append(Buffer.concat(blocks.map(({ bytes }) => bytes)));
    for (const { packets } of units) this.#packets += packets;
  }

  /** Takes back what a failed {@link append} has written: to `size`s of before it. */
  async restore({ capture, sidecar }: { capture: number; sidecar: number }): Promise<void> {
    await this.#capture.truncate(capture);
    await this.#sidecar?.truncate(sidecar);
    await this.assertLinked();
  }

  get lengths(): { capture: number; sidecar: number } {
    return { capture: this.#capture.length, sidecar: this.#sidecar?.length ?? 0 };
  }

  async assertLinked(): Promise<void> {
    for (const file of this.#files) await file.assertLinked();
  }

  async close(): Promise<void> {
    const closed = await Promise.allSettled(this.#files.map((file) => file.close()));
    for (const result of closed) if (result.status === 'rejected') throw result.reason;
  }

  get #files(): GrowingFile[] {
    return this.#sidecar === undefined ? [this.#capture] : [this.#capture, this.#sidecar];
  }
}
