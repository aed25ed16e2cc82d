import { CorrelationsReader } from '../../bpf/correlations.ts';
import { parseRecord } from '../../bpf/parse.ts';
import type { JournalRecord } from '../../bpf/records.ts';
import { createAssembler } from '../../capture/create-assembler.ts';
import { InputError } from '../../errors.ts';
import type { CapturePart } from '../../inputs.ts';
import type { Endpoint, ImdsCall } from '../../model.ts';
import type { JournalHandler } from '../../ports.ts';
import { maskArgs } from '../../secrets.ts';
import type { Names } from './names.ts';

const NANOSECONDS = 1_000_000_000n;

/** Reads a capture for the names in it: a process may be told of before the role that it asks for. */
export async function learnNames(
  part: CapturePart,
  endpoints: readonly Endpoint[],
  names: Names,
  signal: AbortSignal,
): Promise<void> {
  const assembler = createAssembler(endpoints, {
    call: (call) => learnCall(call, names),
    connectionEnd: () => {},
  });
  const handler: JournalHandler = {
    nextStop: Number.POSITIVE_INFINITY,
    beforePacket: () => {},
    packet: (packet) => assembler.packet(packet),
    record: (json) => {
      const parsed = parseRecord(json);
      if (!('record' in parsed)) return;
      learnRecord(parsed.record, names);
      if (parsed.record.type !== 'tick') return;
      const time = BigInt(parsed.record.time);
      assembler.advance(Number(time / NANOSECONDS), Number(time % NANOSECONDS));
    },
  };
  const source = await part.open();
  await source.read(assembler.filter, handler, () => undefined, signal);
  assembler.end();
  await learnBeside(part, names);
}

/** What is wrong with these records is told when they are read to be written. */
async function learnBeside({ correlations, correlationsAt }: CapturePart, names: Names): Promise<void> {
  if (correlations === undefined) return;
  try {
    const reader = await CorrelationsReader.open(correlations, correlationsAt);
    const take = () => reader.take(Number.POSITIVE_INFINITY);
    for (let record = take(); record !== undefined; record = take()) learnRecord(record, names);
    reader.close();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
  }
}

function learnCall({ target, userAgent, forwardedFor }: ImdsCall, names: Names): void {
  if (target !== undefined) names.learnTarget(target);
  if (userAgent !== undefined) names.learnText(userAgent);
  if (forwardedFor !== undefined) names.learnText(forwardedFor);
}

function learnRecord(record: JournalRecord, names: Names): void {
  if (record.type === 'session' && record.host?.name !== undefined) names.learnHost(record.host.name);
  // As they will be written: what is masked is no name.
  if (record.type === 'process' && record.args !== undefined) names.learnArgs(maskArgs(record.args));
}
