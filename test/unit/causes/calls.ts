import type { ImdsCall } from '../../../src/model.ts';

/** A call of which only what a test is about differs: a read without a token, answered 200. */
export function callOf(more: Partial<ImdsCall> = {}): ImdsCall {
  return {
    endpoint: { address: '169.254.169.254', port: 80, family: 4 },
    client: { address: '172.31.5.9', port: 40_000 },
    requestOffset: 0,
    connectionTime: 0n,
    time: 0n,
    packetNumber: 1,
    version: 'v1',
    operation: 'read',
    status: 200,
    ...more,
  };
}
