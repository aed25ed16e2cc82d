import { CorrelationsReader } from '../bpf/correlations.ts';
import { Sidecar } from '../bpf/sidecar.ts';
import type { CapturePart } from '../inputs.ts';
import type { Counters, Endpoint, Problem } from '../model.ts';
import type { SourceStatistics } from '../ports.ts';
import { type ScrubCounts, sumOf } from './counts.ts';
import { JournalScrubber } from './journal-scrubber.ts';
import type { ScrubOutputs } from './outputs.ts';
import { correlationsProblem } from './own-records.ts';
import { learnNames } from './strict/learn.ts';
import { Names } from './strict/names.ts';

export interface ScrubOptions {
  endpoints: readonly Endpoint[];
  /** Replace names, too. The capture is read twice. */
  strict: boolean;
  signal: AbortSignal;
  onProgress?: ((bytesRead: number) => void) | undefined;
}

export interface Scrubbed {
  counts: ScrubCounts;
  problems: Problem[];
  /** Names that are replaced only where names stand, because there were too many. */
  namesNotLearnt: number;
  /** Packets that the capture says were lost while it was made. */
  drops: number | undefined;
  /** Something was read, or there is nothing to be read and no damage. */
  isRead: boolean;
}

/** Reads a capture and hands on what others may see of it; the outputs are the caller's to finish. */
export async function scrubCapture(
  part: CapturePart,
  outputs: ScrubOutputs,
  options: ScrubOptions,
): Promise<Scrubbed> {
  const { endpoints, signal } = options;
  const names = options.strict ? new Names() : undefined;
  if (names !== undefined) await learnNames(part, endpoints, names, signal);
  const problems: Problem[] = [];
  const refused = await correlationsProblem(part, endpoints, signal);
  if (refused !== undefined) problems.push(...refused);
  const source = await part.open(options.onProgress);
  const scrubber = new JournalScrubber(part.path, endpoints, names, outputs);
  const sidecar = refused === undefined ? await openSidecar(part, scrubber) : undefined;
  if (sidecar !== undefined) scrubber.attach(sidecar);
  await source.read(scrubber.filter, scrubber, () => outputs.ready(), signal);
  const { statistics } = source;
  const whole = !signal.aborted && !statistics.problems.some(({ damage }) => damage);
  sidecar?.end(statistics.packets, whole);
  scrubber.decoder.close();
  problems.push(...statistics.problems, ...(sidecar?.problems ?? []), ...scrubber.decoder.problems);
  scrubber.end();
  const records = { ...scrubber.decoder.losses, ...sidecar?.losses };
  scrubber.tell(
    { ...statistics.losses, ...records, ...scrubber.losses },
    problems.filter(({ damage }) => damage).length,
  );
  return {
    counts: countsOf(scrubber.counts, statistics, records),
    problems,
    namesNotLearnt: names?.notLearnt ?? 0,
    drops: statistics.drops,
    // A journal tells of attempts on which no packet was captured.
    isRead: statistics.packets + scrubber.counts.records > 0 || !problems.some(({ damage }) => damage),
  };
}

async function openSidecar(part: CapturePart, scrubber: JournalScrubber): Promise<Sidecar | undefined> {
  const { path, correlations, correlationsAt } = part;
  if (correlations === undefined) return undefined;
  return new Sidecar(path, correlations, await CorrelationsReader.open(correlations, correlationsAt), {
    record: (record) => scrubber.apply(record),
    discard: () => {},
  });
}

function countsOf(counts: ScrubCounts, { losses }: SourceStatistics, records: Counters): ScrubCounts {
  return {
    ...counts,
    removedRecords: counts.recordsTooLong + sumOf(records, 'records.'),
    removedBlocks: sumOf(losses, 'capture.custom_blocks', 'capture.unknown_blocks'),
    removedPackets: sumOf(losses, 'link.unsupported.'),
  };
}
