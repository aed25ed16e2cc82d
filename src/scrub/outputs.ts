import type { Stats } from 'node:fs';
import { lstat, stat, unlink } from 'node:fs/promises';
import { UsageError } from '../errors.ts';
import { SIDECAR_SUFFIX } from '../live/save/form.ts';
import type { Packet } from '../ports.ts';
import type { ScrubForm } from './form.ts';
import type { ScrubbedJournal } from './journal-scrubber.ts';
import { exists, OutFile } from './out-file.ts';
import { PcapScrubForm } from './pcap-form.ts';
import { PcapngScrubForm } from './pcapng-form.ts';

export interface OutputOptions {
  /** FILE.pcap is written as classic pcap, every other name as pcapng. */
  path: string;
  /** Replace what is there. */
  force: boolean;
  /** Files that are read: never written. */
  inputs: readonly string[];
}

/** OUT, and its correlations where it has some: under other names until both are whole. */
export class ScrubOutputs implements ScrubbedJournal {
  readonly #options: OutputOptions;
  readonly #form: ScrubForm;
  readonly #capture: OutFile;
  readonly #records: OutFile | undefined;
  #hasRecords = false;

  private constructor(
    options: OutputOptions,
    form: ScrubForm,
    capture: OutFile,
    records: OutFile | undefined,
  ) {
    this.#options = options;
    this.#form = form;
    this.#capture = capture;
    this.#records = records;
  }

  /** @throws UsageError where OUT cannot be written, is there already, or is an input */
  static async open(options: OutputOptions): Promise<ScrubOutputs> {
    const { path } = options;
    if (path === '' || path === '-') {
      throw new UsageError('OUT: expected the name of a file', {
        code: 'usage.scrub_output',
        remedy: 'Give the name of a new file that ends in .pcapng or .pcap.',
      });
    }
    for (const name of [path, ...sidecarsOf(path)]) await refuse(name, options);
    const form = /\.pcap$/i.test(path) ? new PcapScrubForm(path) : new PcapngScrubForm();
    const capture = await OutFile.create(path);
    if (!form.sidecar) return new ScrubOutputs(options, form, capture, undefined);
    try {
      return new ScrubOutputs(options, form, capture, await OutFile.create(`${path}${SIDECAR_SUFFIX}`));
    } catch (error) {
      await capture.discard();
      throw error;
    }
  }

  /** Records beside OUT, where it has some. */
  get correlations(): string | undefined {
    return this.#hasRecords ? this.#records?.path : undefined;
  }

  packet(packet: Packet, comment: string | undefined): void {
    this.#capture.push(this.#form.packet(packet, comment));
  }

  record(json: string): void {
    this.#hasRecords = true;
    (this.#records ?? this.#capture).push(this.#form.record(json));
  }

  ready(): Promise<void> | undefined {
    const waits = [this.#capture.ready(), this.#records?.ready()].filter((wait) => wait !== undefined);
    return waits.length === 0 ? undefined : Promise.all(waits).then(() => {});
  }

  /** All was handed over: the files get their names. @param drops see {@link ScrubForm.end} */
  async finish(drops: number | undefined): Promise<void> {
    const { force, path } = this.#options;
    this.#capture.push(this.#form.end(drops));
    await this.#capture.close();
    await this.#records?.close();
    // Of another capture: they would be taken for those of this one.
    if (force) for (const name of sidecarsOf(path)) await unlink(name).catch(() => undefined);
    // First, so that the capture never stands there without its records.
    if (this.#hasRecords) await this.#records?.publish(force);
    else await this.#records?.discard();
    await this.#capture.publish(force);
  }

  /** Nothing came of it: what was written is deleted. */
  async discard(): Promise<void> {
    await this.#capture.discard();
    await this.#records?.discard();
  }
}

/** Where `analyze` looks for the records of a capture. */
function sidecarsOf(path: string): string[] {
  return [`${path}${SIDECAR_SUFFIX}`, `${path}${SIDECAR_SUFFIX}.gz`];
}

/** What is there is left alone, or is a file that may be replaced. */
async function refuse(path: string, { force, inputs }: OutputOptions): Promise<void> {
  const there = await lstat(path).catch(() => undefined);
  if (there === undefined) return;
  for (const input of inputs) {
    if (isSame(there, await stat(input).catch(() => undefined))) {
      throw new UsageError(`${path}: is an input of this run (${input})`, {
        code: 'usage.scrub_output',
        remedy: 'Give OUT another name.',
      });
    }
  }
  if (!there.isFile()) {
    const what = there.isSymbolicLink()
      ? 'a symbolic link'
      : there.isDirectory()
        ? 'a folder'
        : 'no regular file';
    throw new UsageError(`${path}: is ${what}`, {
      code: 'usage.scrub_output',
      remedy: 'Give OUT the name of a file that does not exist yet.',
    });
  }
  if (!force) throw exists(path);
}

function isSame(one: Stats, other: Stats | undefined): boolean {
  return other !== undefined && one.dev === other.dev && one.ino === other.ino;
}
