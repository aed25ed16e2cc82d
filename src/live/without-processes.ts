import { parseRecord } from '../bpf/parse.ts';
import type { JournalHandler, RecordPosition } from '../ports.ts';
import type { View } from './view.ts';

/**
 * A view as it is where no process is to be looked for: what the probe says of processes reaches neither
 * the calls nor a file. Sockets and their counts, which prove what was seen, stay.
 */
export function withoutProcesses(view: View): View {
  return {
    description: view.description,
    scope: view.scope,
    tellsTime: view.tellsTime,
    get losses() {
      return view.losses;
    },
    read: (filter, handler, signal, pause) => view.read(filter, nameless(handler), signal, pause),
  };
}

function nameless(handler: JournalHandler): JournalHandler {
  return {
    packet: (packet) => handler.packet(packet),
    record: (json: Uint8Array, where: RecordPosition) => {
      const parsed = parseRecord(json);
      const record = 'record' in parsed ? parsed.record : undefined;
      if (record?.type === 'process') return;
      if (record === undefined || !('process' in record || 'tid' in record)) handler.record(json, where);
      else {
        const { process: _, ...rest } = record;
        handler.record(Buffer.from(JSON.stringify({ ...rest, tid: undefined })), where);
      }
    },
    get nextStop() {
      return handler.nextStop;
    },
    beforePacket: (packets) => handler.beforePacket(packets),
  };
}
