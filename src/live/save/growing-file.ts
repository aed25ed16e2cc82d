import { type CreatedFile, createFile } from './create-file.ts';

/** A file that only grows by whole blocks: what was written in part is taken back. */
export class GrowingFile {
  readonly created: CreatedFile;
  /** Bytes that were written whole. */
  length = 0;

  private constructor(created: CreatedFile) {
    this.created = created;
  }

  static async create(path: string): Promise<GrowingFile> {
    return new GrowingFile(await createFile(path));
  }

  /** In one write, so that a kill leaves all of it or a prefix. Fails with the system's error. */
  async append(bytes: Buffer): Promise<void> {
    for (let written = 0; written < bytes.length; ) {
      const { handle } = this.created;
      // A short write is followed by the error that explains it.
      const result = await handle.write(bytes, written, bytes.length - written, this.length + written);
      if (result.bytesWritten === 0) throw Object.assign(new Error('EIO: nothing written'), { code: 'EIO' });
      written += result.bytesWritten;
    }
    this.length += bytes.length;
  }

  async truncate(length: number): Promise<void> {
    await this.created.handle.truncate(length);
    this.length = length;
  }

  /** @throws like a write to a file that is not there, where the file was unlinked */
  async assertLinked(): Promise<void> {
    const { nlink } = await this.created.handle.stat();
    if (nlink > 0) return;
    throw Object.assign(new Error(`ENOENT: ${this.created.path} was removed`), { code: 'ENOENT' });
  }

  async close(): Promise<void> {
    await this.created.handle.close();
  }
}
