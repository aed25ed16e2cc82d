import { nanosecondsOf } from '../../journal/time.ts';
import type { ConnectionSummary } from '../../model.ts';
import type { Connection } from './connection.ts';

/** What others are told of a connection that is over. */
export function summaryOf(connection: Connection): ConnectionSummary {
  const { endpoint, client, paths, clientIsn, clientEnd, packetNumber, request, response } = connection;
  return {
    endpoint,
    client,
    aliases: paths.slice(1).map((path) => path.client),
    clientIsn,
    time: connection.time,
    endTime: nanosecondsOf(connection.lastSeconds, connection.lastNanoseconds),
    packetNumber,
    handshake: handshakeOf(connection),
    provenEmpty: clientIsn !== undefined && clientEnd === 0,
    requestBytes: request.capturedBytes,
    responseBytes: response.capturedBytes,
    missingBytes: request.missingBytes + response.missingBytes,
    calls: connection.calls,
    interfaces: connection.interfaces,
    netns: connection.netns === 0 ? undefined : connection.netns,
  };
}

function handshakeOf({
  clientIsn,
  established,
  refused,
  response,
}: Connection): ConnectionSummary['handshake'] {
  if (clientIsn === undefined) return 'mid-stream';
  if (established || response.capturedBytes > 0) return 'established';
  return refused ? 'refused' : 'unanswered';
}
