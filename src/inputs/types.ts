import type { Stats } from 'node:fs';
import type { Readable } from 'node:stream';
import type { CaptureHead } from '../capture/open.ts';
import type { FilePath } from '../files/names.ts';
import type { SocketAddress } from '../model.ts';
import type { PacketSource } from '../ports.ts';

/** One file of a capture, or a live source. */
export interface CapturePart {
  /** For messages, and where it is a file, its path. */
  path: string;
  /** Where it is, if its name is no UTF-8. */
  location?: FilePath | undefined;
  /** File with the records that belong to it. */
  correlations?: string | undefined;
  /** Where that file is, if its name is no text. */
  correlationsAt?: FilePath | undefined;
  /** What its session watched, where that is known before it is read. As somebody wrote it. */
  watched?: readonly SocketAddress[] | undefined;
  /** Bytes, where that is known before it is read. */
  size?: number | undefined;
  /** It ends when it is told to, as a live source and standard input do: that interrupts nothing. */
  endsBySignal?: boolean | undefined;
  /** @throws InputError */
  open(onProgress?: (bytesRead: number) => void): Promise<PacketSource>;
}

/** What is read through one assembler and one attribution. */
export interface CaptureInput {
  /** As the user named it: its first file. */
  name: string;
  files: readonly string[];
  /** In the order of time. */
  parts: readonly CapturePart[];
}

export interface InputOptions {
  /** All files are parts of one capture. */
  ring: boolean;
  /** The records of the one file that is given. */
  correlations?: string | undefined;
  stdin?: Readable | undefined;
}

/** A file that may be a capture, with what is already known of it. */
export interface Candidate {
  /** For messages. */
  path: string;
  location: FilePath;
  stats: Stats;
  head?: CaptureHead;
  /** Names of the files in its folder, where that was listed. */
  siblings?: ReadonlySet<string>;
}

/** A part, and what decides where it belongs. */
export interface Found extends CapturePart {
  session?: string | undefined;
  order: number;
  firstTime?: bigint | undefined;
}
