import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  curl,
  EPOCH_NS,
  encapsulate,
  merge,
  type PcapngBlock,
  response,
  TcpConversation,
  type TestPacket,
  TOKEN,
  udpPacket,
  writePcap,
  writePcapng,
} from '../support/packets/index.ts';
import { analysisOf, runScrub } from '../support/scrub.ts';
import { disturbances, disturbed } from './disturbances.ts';
import { conversationOf, cuts, exchanges } from './exchanges.ts';
import { SECRETS, secretExchanges } from './secret-exchanges.ts';

const SECRET = 'hunter2-Geheimnis';
const REMOTE = { address: '169.254.169.254', port: 80 };
const START = '777601009000000';

/** A session whose texts hold secrets, wherever outputs know one or show nothing. */
function journalBefore(): unknown[] {
  const time = String(EPOCH_NS);
  return [
    {
      type: 'session',
      format: 1,
      session: '7d0c7f0e-5a52-4a0c-9a53-3f1a5f0b9c11',
      time,
      part: 1,
      host: { id: 'ec2f1e0b', name: 'web-7' },
      kernel: `6.1 ${SECRET}`,
      endpoints: [REMOTE],
      views: ['wire'],
      interfaces: ['eth0', SECRET],
      attribution: 'ebpf',
      versions: { imds: SECRET, node: `v20 ${TOKEN}`, libpcap: SECRET },
      note: SECRET,
    },
    {
      type: 'process',
      pid: 4912,
      start: START,
      name: 'curl',
      executable: `/opt/token=${SECRET}`,
      args: ['curl', '-H', `X-aws-ec2-metadata-token: ${TOKEN}`, `--password=${SECRET}`, '--token', SECRET],
      user_name: TOKEN,
      cgroup_path: `/a/secret=${SECRET}`,
      unit: `token=${SECRET}`,
      environment: SECRET,
      ancestors: [{ pid: 1, start: '1', name: `pw=${SECRET}` }],
    },
    {
      type: 'socket_opened',
      time,
      cookie: '1',
      local: { address: '172.31.5.9', port: 40_000 },
      remote: REMOTE,
      isn: 0xffff_ff00,
      process: { pid: 4912, start: START },
    },
    { type: 'losses', time, counters: { [`a.${TOKEN.slice(0, 40)}`]: '1' } },
    { type: SECRET, secret: SECRET },
  ];
}

const journalAfter = [
  {
    type: 'probe_exit',
    time: String(EPOCH_NS + 1_000_000_000n),
    signal: SECRET.slice(0, 16),
    message: SECRET,
  },
  { type: 'end', time: String(EPOCH_NS + 1_000_000_000n), reason: SECRET },
];

/** What is not of the service: another connection, and datagrams. */
function foreignPackets(): TestPacket[] {
  const server = { address: '10.0.0.9', port: 80 };
  const client = { address: '172.31.5.9', port: 50_000 };
  const talk = new TcpConversation({ client, server, startNs: EPOCH_NS + 500n, stepNs: 1000n })
    .handshake()
    .exchange(curl(`/${SECRET}`, [['X-aws-ec2-metadata-token', TOKEN]]), response(200, SECRET));
  const udp = udpPacket(client, { ...server, port: 53 }, Buffer.from(SECRET));
  const arp = Buffer.concat([Buffer.alloc(12, 2), Buffer.from([8, 6]), Buffer.from(SECRET)]);
  return [
    ...talk.packets(),
    { timeNs: EPOCH_NS + 700n, bytes: encapsulate('ethernet', udp) },
    { timeNs: EPOCH_NS + 800n, bytes: arp },
    { timeNs: EPOCH_NS + 900n, bytes: Buffer.from(SECRET) },
  ];
}

/** Blocks that are to be forgotten, and packets with comments. */
function pcapngOf(packets: readonly TestPacket[]): Buffer {
  const blocks: PcapngBlock[] = [
    { type: 'section', comment: SECRET, hardware: SECRET },
    { type: 'interface', name: SECRET, resolution: { base: 10, exponent: 9 } },
    { type: 'secrets', secrets: SECRET },
    { type: 'names', address: '10.0.0.9', name: SECRET },
    { type: 'custom', pen: 1, data: Buffer.from(SECRET) },
    { type: 'raw', blockType: 0x8000_0001, body: Buffer.from(SECRET) },
    ...journalBefore().map((record): PcapngBlock => ({ type: 'journal', record })),
    ...packets.map((packet): PcapngBlock => ({ type: 'packet', packet: { ...packet, comment: SECRET } })),
    ...journalAfter.map((record): PcapngBlock => ({ type: 'journal', record })),
  ];
  return writePcapng(blocks);
}

function sidecarOf(packets: number): string {
  const lines = [
    ...journalBefore().map((record) => ({ ...(record as object), after_packet: 0 })),
    ...journalAfter.map((record) => ({ ...record, after_packet: packets })),
  ];
  return `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`;
}

/** Of an event, what no secret in a target or a field can change. */
function identityOf(event: string): object {
  const { event: of, '@timestamp': time, source, process, attribution, host } = JSON.parse(event);
  return { id: of.id, outcome: of.outcome, time, source, process, attribution, host };
}

describe('property: scrubbed captures', function () {
  this.timeout(240_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'imds-scrub-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  /** IN and OUT in each form, for one list of packets. */
  async function* scrubbed(packets: readonly TestPacket[]) {
    const forms = [
      { from: 'in.pcapng', to: 'out.pcap' },
      { from: 'in.pcapng', to: 'out.pcapng' },
      { from: 'in.pcap', to: 'out.pcap' },
      { from: 'in.pcap', to: 'out.pcapng' },
    ];
    writeFileSync(join(folder, 'in.pcapng'), pcapngOf(packets));
    writeFileSync(join(folder, 'in.pcap'), writePcap(packets));
    writeFileSync(join(folder, 'in.pcap.correlations.jsonl'), sidecarOf(packets.length));
    for (const { from, to } of forms) {
      const [input, output] = [join(folder, from), join(folder, to)];
      const { code, stderr } = await runScrub(input, output, { force: true });
      assert.equal(code, 0, stderr);
      const sidecar = `${output}.correlations.jsonl`;
      const files = [output, ...(existsSync(sidecar) ? [sidecar] : [])];
      const bytes = Buffer.concat(files.map((file) => readFileSync(file)));
      for (const secret of SECRETS) assert.equal(bytes.indexOf(secret), -1, `${secret} of ${from} in ${to}`);
      yield { before: await analysisOf([input]), after: await analysisOf([output]) };
      for (const file of files) rmSync(file);
    }
  }

  it('give the same events, byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(exchanges, cuts, disturbances, async (list, cut, how) => {
        const packets = merge(disturbed(conversationOf(list, cut).packets(), how), foreignPackets());
        for await (const { before, after } of scrubbed(packets)) {
          assert.deepEqual(after.events, before.events);
          const [now, then] = [after, before].map(({ summaries }) => summaries[0]?.completeness);
          assert.equal(now?.losses['tcp.missing_bytes'], then?.losses['tcp.missing_bytes']);
          assert.equal(now?.connections, then?.connections);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('hold no secret, wherever it stood, and give the same calls', async () => {
    await fc.assert(
      fc.asyncProperty(secretExchanges, cuts, disturbances, async (list, cut, how) => {
        const packets = merge(disturbed(conversationOf(list, cut).packets(), how), foreignPackets());
        for await (const { before, after } of scrubbed(packets)) {
          assert.deepEqual(after.events.map(identityOf), before.events.map(identityOf));
        }
      }),
      { numRuns: 40 },
    );
  });
});
