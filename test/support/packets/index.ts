/**
 * Builders of packets and captures for tests, fixtures and benchmarks. They share no code with
 * src/, so that a mistake on one side cannot hide on the other.
 *
 * ```ts
 * const talk = new TcpConversation().handshake().exchange(curl('/latest/meta-data/'), response(200, 'ami-id')).fin();
 * writeFileSync('a.pcap', writePcap(talk.packets({ link: 'sll2' }), { linkType: linkTypeOf('sll2') }));
 * ```
 */
export * from './bytes.ts';
export * from './conversation.ts';
export * from './imds.ts';
export * from './ip.ts';
export * from './link.ts';
export * from './pcap.ts';
export * from './pcapng.ts';
export * from './tcp.ts';
