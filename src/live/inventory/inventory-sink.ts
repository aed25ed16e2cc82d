import { ImdsError } from '../../errors.ts';
import type { AttributedCall, Nanoseconds } from '../../model.ts';
import type { Sink } from '../../ports.ts';
import type { Owner } from '../log-folder.ts';
import { cannotWrite } from '../words.ts';
import { Inventory } from './inventory.ts';
import { InventoryFile } from './inventory-file.ts';

/** At most so often it is written, when something has changed. */
const WRITE_MS = 10_000;

export interface InventoryOptions {
  folder: string;
  /** Gets the folder before root is given up. */
  owner: Owner | undefined;
  now(): Nanoseconds;
  /** What was found at the start; trouble with the disk, and that it is over, once each. */
  onNews(message: string): void;
  writeEveryMs?: number;
}

/** Every caller to the inventory, which outlives the session and its logs. */
export class InventorySink implements Sink {
  readonly #file: InventoryFile;
  readonly #inventory: Inventory;
  readonly #options: InventoryOptions;
  readonly #timer: NodeJS.Timeout;
  #writing: Promise<void> | undefined;
  #failing = false;

  private constructor(file: InventoryFile, inventory: Inventory, options: InventoryOptions) {
    this.#file = file;
    this.#inventory = inventory;
    this.#options = options;
    this.#timer = setInterval(() => void this.#write(), options.writeEveryMs ?? WRITE_MS).unref();
  }

  /** @throws PrerequisiteError where the folder is not safe to write to */
  static async open(options: InventoryOptions): Promise<InventorySink> {
    const { folder, owner, onNews } = options;
    const file = new InventoryFile(folder, owner);
    const inventory = new Inventory();
    try {
      await file.prepare();
      const saved = await file.read((caller) => inventory.restore(caller));
      Object.assign(inventory.turnedAway, saved?.turnedAway);
      for (const host of saved?.hosts ?? []) inventory.addHost(host);
      if (saved?.damage !== undefined) {
        onNews(
          `${file.path}: ${saved.damage}; it was moved to ${file.path}.damaged, and ${inventory.size} of its callers are kept`,
        );
      }
    } catch (error) {
      if (error instanceof ImdsError) throw error;
      onNews(`the inventory begins empty: ${cannotWrite(file.path, error as Error)}`);
    }
    return new InventorySink(file, inventory, options);
  }

  call(call: AttributedCall): void {
    this.#inventory.add(call);
  }

  /** It is bounded by itself: a slow disk holds nothing back. */
  ready(): undefined {
    return undefined;
  }

  async end(): Promise<void> {
    clearInterval(this.#timer);
    await this.#writing;
    await this.#write();
  }

  /** Never rejects: what could not be written is written the next time. */
  #write(): Promise<void> {
    if (this.#writing !== undefined || !(this.#inventory.isChanged || this.#failing))
      return Promise.resolve();
    this.#writing = this.#tryToWrite().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  async #tryToWrite(): Promise<void> {
    const { now, onNews } = this.#options;
    try {
      await this.#file.write(this.#inventory.text(now()));
      if (this.#failing) onNews(`${this.#file.path} is written again`);
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) onNews(`${cannotWrite(this.#file.path, error as Error)}; it is tried again`);
      this.#failing = true;
    }
  }
}
