/** TCP control bits (RFC 9293 §3.1). */
export const TcpFlag = { fin: 0x01, syn: 0x02, rst: 0x04, ack: 0x10 } as const;

/** A SYN holds one segment's data at most (RFC 7413 §4.1.3); what of it was captured may be less. */
export const MAX_SYN_DATA = 1460;

/**
 * One TCP segment from or to an endpoint. The one object is reused for every segment, and `bytes`
 * is the reader's buffer: what outlives the call must be copied.
 */
export class Segment {
  bytes: Buffer = Buffer.alloc(0);
  /** Captured payload is bytes[payloadStart, payloadEnd). */
  payloadStart = 0;
  payloadEnd = 0;
  /** Payload bytes on the wire; more than captured where the snap length cut. */
  payloadLength = 0;
  seconds = 0;
  nanoseconds = 0;
  packetNumber = 0;
  interfaceName: string | undefined = undefined;
  /** Inode of the network namespace of the client's socket; 0 where it is not known. */
  netns = 0;
  endpoint = 0;
  toEndpoint = false;
  /** The client's address, as in AddressWords, and port. */
  w0 = 0;
  w1 = 0;
  w2 = 0;
  w3 = 0;
  port = 0;
  sequence = 0;
  acknowledgment = 0;
  flags = 0;
  /** TTL (IPv4) or hop limit (IPv6) as captured. */
  ttl = 0;
}
