import type { AttributedCall, Nanoseconds } from '../model.ts';

/** What a row says of one of its calls. The call itself is not kept: its texts may be long. */
export type Example = Omit<AttributedCall, 'call'>;

/** A call that may be its caller's example. */
export interface Candidate {
  example: Example;
  kind: number;
  time: Nanoseconds;
}

export function candidateOf(attributed: AttributedCall, kind: number): Candidate {
  return { example: exampleOf(attributed), kind, time: attributed.call.time };
}

/** The best are of the worst kind, then the earliest; of those at one time, the same one is taken in whatever order they are read. */
export function isBetter(kind: number, time: Nanoseconds, example: Example, known: Candidate): boolean {
  if (kind !== known.kind) return kind < known.kind;
  if (time !== known.time) return time < known.time;
  const [id, knownId] = [example.eventId ?? '', known.example.eventId ?? ''];
  return id === knownId ? textOf(example) < textOf(known.example) : id < knownId;
}

function exampleOf({ call: _, ...example }: AttributedCall): Example {
  return example;
}

/** What is shown of an example. */
function textOf({ process, capture }: Example): string {
  return JSON.stringify([process?.pid, process?.args, capture]);
}
