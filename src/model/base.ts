/** Nanoseconds since the Unix epoch. */
export type Nanoseconds = bigint;

/** An address of the metadata service (or of a stand-in), e.g. 169.254.169.254:80. */
export interface Endpoint {
  /** Canonical text of the address: dotted quad, or RFC 5952 without brackets. */
  address: string;
  port: number;
  family: 4 | 6;
}

export interface SocketAddress {
  /** Empty where it is not known: in a log, which has no addresses, or of a connect that failed before it had one. */
  address: string;
  port: number;
}

export const UNKNOWN_ADDRESS: SocketAddress = { address: '', port: 0 };
