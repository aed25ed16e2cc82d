import {
  curl,
  curlTokenPut,
  curlWithToken,
  EPOCH_NS,
  response,
  TcpConversation,
  type TestPacket,
  tokenResponse,
  writePcap,
} from '../support/packets/index.ts';

const PCAP_HEADER = 24;

function conversation(index: number, request: string, answer: string): TestPacket[] {
  return new TcpConversation({
    client: { address: '172.31.5.9', port: 40_000 + index },
    clientIsn: 1000 + index,
    startNs: EPOCH_NS + BigInt(index) * 1_000_000_000n,
  })
    .handshake()
    .exchange(request, answer)
    .fin()
    .packets();
}

const v1 = (index: number) => conversation(index, curl('/latest/meta-data/ami-id'), response(200, 'ami-1'));

/** One connection each: a token call, a read with it, and a read without. */
export const MIXED = writePcap([
  ...conversation(0, curlTokenPut(), tokenResponse()),
  ...conversation(1, curlWithToken('/latest/meta-data/ami-id'), response(200, 'ami-1')),
  ...v1(2),
]);

/** Two reads by IMDSv2. */
export const SAFE = writePcap([
  ...conversation(0, curlWithToken('/latest/meta-data/ami-id'), response(200, 'ami-1')),
  ...conversation(1, curlWithToken('/latest/meta-data/'), response(200, 'ami-id')),
]);

/** A read without a token, then half a record. */
export const TRUNCATED = writePcap([...v1(0), ...v1(1)]).subarray(0, -20);

/** The header of a file, and the packets of as many reads without a token as are wanted. */
export function endless(): { header: Buffer; next(): Buffer } {
  let index = 0;
  return {
    header: writePcap([]),
    next: () => writePcap(v1(index++)).subarray(PCAP_HEADER),
  };
}
