import type { AttributedCall } from '../model.ts';
import type { Sink } from '../ports.ts';
import { BatchWriter } from './batch-writer.ts';
import { EventFormatter } from './event.ts';
import type { Output } from './types.ts';

/** One event a line; see {@link EventFormatter}. */
export function createJsonlSink(output: Output): Sink {
  const formatter = new EventFormatter();
  const writer = new BatchWriter(output);
  return {
    call: (call: AttributedCall) => writer.write(`${formatter.format(call)}\n`),
    ready: () => writer.ready(),
    end: () => writer.end(),
  };
}
