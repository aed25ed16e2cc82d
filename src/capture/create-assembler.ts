import type { Counters } from '../model.ts';
import type { Packet } from '../ports.ts';
import type { Assembler, AssemblerHandler, CreateAssembler } from './assembler.ts';
import { callOfRequest, callOfResponse } from './call.ts';
import { SegmentDecoder } from './decode/decoder.ts';
import { EndpointTable } from './endpoints.ts';
import { createEndpointFilter } from './filter.ts';
import type { Shared } from './tcp/connection.ts';
import { ConnectionTable } from './tcp/connection-table.ts';
import { sharedBudgets } from './tcp/shared-budgets.ts';
import { summaryOf } from './tcp/summary.ts';

/** Packets → calls. Nothing in it looks at a clock: the same packets and ticks give the same calls. */
export const createAssembler: CreateAssembler = (endpoints, handler): Assembler => {
  const losses: Counters = {};
  const table = new EndpointTable(endpoints);
  const decoder = new SegmentDecoder(table, losses);
  const connections = new ConnectionTable(endpoints, sharedBy(handler, losses), (connection) => {
    handler.connectionEnd(summaryOf(connection));
  });
  return {
    filter: createEndpointFilter(endpoints),
    losses,
    packet(packet: Packet) {
      if (decoder.decode(packet)) connections.receive(decoder.segment);
    },
    advance(seconds, nanoseconds) {
      connections.advance(seconds, nanoseconds);
    },
    closeSocket(endpoint, client, isn) {
      connections.closeSocket(endpoint, client, isn);
    },
    end() {
      decoder.end();
      connections.end();
    },
  };
};

function sharedBy(handler: AssemblerHandler, losses: Counters): Shared {
  return {
    ...sharedBudgets(),
    losses,
    exchange(connection, request, response, reason) {
      if (request !== undefined) handler.call(callOfRequest(connection, request, response));
      else if (response !== undefined) handler.call(callOfResponse(connection, response, reason ?? 'gap'));
    },
  };
}
