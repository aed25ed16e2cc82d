import { FILLS } from '../../../src/capture/blank/fill.ts';
import { blank, type PacketLike, read } from '../../support/blank.ts';
import { curlWithToken, linkTypeOf, response, TcpConversation } from '../../support/packets/index.ts';
import type { Random } from '../random.ts';
import { hold, type Target } from '../target.ts';
import { decodePackets, packets } from './packets.ts';
import { SEPARATOR, streamSeeds } from './streams.ts';

const MAX_BYTES = 1024;

/**
 * Input: the bytes of both directions, as for streams. Cut, lost, moved, cut by the snap length and repeated at
 * random, they are blanked: same packets, same calls, nothing to blank any more.
 */
export const blanked: Target = {
  name: 'blank',
  seeds: () => [
    ...streamSeeds(),
    pair('GET /a?b=c&d HTTP/1.1\r\nUser-Agent: x token=y\r\n z\r\n\r\n', 'HTTP/1.1 200 OK\r\n\r\nx'),
    pair('GET http://a:b@c/AQAEabcdef?x HTT', 'HTTP/1.\n 200'),
    pair('GET HTTP/1.1\nGET /a b\n', response(200, 'x')),
    pair(
      curlWithToken('/x'),
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: x,\r\n chunked\r\n\r\n001;a\r\nb\r\n0\r\nA:b\r\n\r\n',
    ),
  ],
  run: async (input, random) => {
    const bytes = Buffer.from(input.subarray(0, MAX_BYTES));
    const at = bytes.indexOf(SEPARATOR);
    const client = at < 0 ? bytes : bytes.subarray(0, at);
    const server = at < 0 ? bytes.subarray(0, 0) : bytes.subarray(at + SEPARATOR.length);
    const list = captured(talk(client, server, random), random);
    const saved = blank(list);
    hold(saved.packets.length === list.length, `${saved.packets.length} of ${list.length} packets`);
    saved.packets.forEach(({ bytes, timeNs }, i) => {
      hold(bytes.length === list[i]?.bytes.length && timeNs === list[i]?.timeNs, `packet ${i} is another`);
    });
    const original = read(list);
    const [before, after] = [original, read(saved.packets)].map(textOf);
    hold(before === after, `of the original:\n${before}\nof the blanked:\n${after}\n`);
    blank(saved.packets).packets.forEach(({ bytes }, i) => {
      hold(showsNoMore(bytes, saved.packets[i]?.bytes ?? bytes), `packet ${i} shows more when blanked again`);
    });
    return [
      ...Object.keys(saved.losses),
      ...original.calls.map((call) => `${call.version} ${call.unknownReason}`),
    ];
  },
};

function pair(client: string, server: string): Buffer {
  return Buffer.concat([Buffer.from(client, 'latin1'), SEPARATOR, Buffer.from(server, 'latin1')]);
}

/** What is blanked already may be masked a little wider, and its checksum (two bytes) with it; never less. */
function showsNoMore(again: Uint8Array, before: Uint8Array): boolean {
  const others = again.filter((byte, i) => byte !== before[i] && !FILLS.includes(byte));
  return again.length === before.length && others.length <= 2;
}

function textOf({ calls, connections }: ReturnType<typeof read>): string {
  return JSON.stringify(
    { calls, connections },
    (_, value) => (typeof value === 'bigint' ? `${value}` : value),
    1,
  );
}

/** The client's bytes and the endpoint's, in turns. */
function talk(client: Uint8Array, server: Uint8Array, random: Random): PacketLike[] {
  const talk = new TcpConversation({ stepNs: 1000n });
  if (!random.oneIn(4)) talk.handshake();
  const most = random.pick([3, 20, 100, 2000]);
  let [sent, answered] = [0, 0];
  while (sent < client.length || answered < server.length) {
    if (sent < client.length && (answered >= server.length || !random.oneIn(3))) {
      const end = sent + 1 + random.below(most);
      talk.send(client.subarray(sent, end));
      sent = end;
    } else {
      const end = answered + 1 + random.below(most);
      talk.reply(server.subarray(answered, end));
      answered = end;
    }
    if (random.oneIn(3)) talk.ack(random.pick(['client', 'server']));
  }
  if (!random.oneIn(4)) talk.ack().fin();
  return talk.packets({ link: 'raw' }).map((packet) => ({ ...packet, linkType: linkTypeOf('raw') }));
}

function captured(list: readonly PacketLike[], random: Random): PacketLike[] {
  const result = list.flatMap((packet) => {
    if (random.oneIn(30)) return [];
    const cut = random.oneIn(40) ? random.below(packet.bytes.length) : packet.bytes.length;
    const bytes = packet.bytes.subarray(0, cut);
    const copy = { ...packet, bytes, originalLength: packet.bytes.length };
    return random.oneIn(8) ? [copy, copy] : [copy];
  });
  for (let i = 1; i < result.length; i++) {
    const [a, b] = [result[i - 1], result[i]];
    if (a !== undefined && b !== undefined && random.oneIn(8)) [result[i - 1], result[i]] = [b, a];
  }
  const [first] = result;
  return result.map((packet, i) => ({ ...packet, timeNs: (first?.timeNs ?? 0n) + BigInt(i) * 1000n }));
}

/** Input as for packets: any bytes on any link, with waits between them. */
export const blankedPackets: Target = {
  name: 'blank-packets',
  seeds: packets.seeds,
  run: async (input) => {
    let nanoseconds = 1_768_471_200_000_000_000n;
    const list = Array.from(decodePackets(input.subarray(0, 4 * MAX_BYTES)), ({ waitNs, ...packet }) => {
      nanoseconds += BigInt(waitNs);
      return { ...packet, timeNs: nanoseconds };
    });
    const saved = blank(list);
    hold(saved.packets.length === list.length, `${saved.packets.length} of ${list.length} packets`);
    blank(saved.packets).packets.forEach(({ bytes }, i) => {
      hold(showsNoMore(bytes, saved.packets[i]?.bytes ?? bytes), `packet ${i} shows more when blanked again`);
    });
    if (Object.keys(saved.losses).length === 0) {
      const [before, after] = [read(list), read(saved.packets)].map(textOf);
      hold(before === after, `of the original:\n${before}\nof the blanked:\n${after}\n`);
    }
    return Object.keys(saved.losses);
  },
};
