import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fixtures } from '../golden/cases.ts';
import {
  curl,
  curlWithToken,
  EPOCH_NS,
  encapsulate,
  merge,
  packetsToPcapng,
  response,
  TcpConversation,
  udpPacket,
} from '../support/packets/index.ts';
import { runScrub } from '../support/scrub.ts';

/** What tshark says of each packet: whether its checksums are right (1), and whether something is malformed. */
const FIELDS = ['tcp.checksum.status', 'ip.checksum.status', '_ws.malformed', 'tcp.seq_raw', 'tcp.len'];
const FIXTURES = [
  'demo/demo.pcap',
  'fragments/capture.pcap',
  'journal-matches/capture.pcapng',
  'journal-namespaces/capture.pcapng',
  'link-types/sll2-vlan.pcap',
  'link-types/ethernet-ipv6.pcap',
  'offload-and-padding/capture.pcap',
  'pcapng-blocks/capture.pcapng',
  'retransmission/capture.pcap',
  'secrets/capture.pcap',
];

interface Reading {
  /** One line a packet. */
  packets: string[];
  stderr: string;
}

function tshark(file: string): Reading {
  const fields = FIELDS.flatMap((field) => ['-e', field]);
  const options = [
    '-o',
    'tcp.check_checksum:TRUE',
    '-o',
    'ip.check_checksum:TRUE',
    '-o',
    'udp.check_checksum:TRUE',
  ];
  const { status, stdout, stderr } = spawnSync(
    'tshark',
    ['-n', '-r', file, ...options, '-T', 'fields', ...fields],
    {
      encoding: 'utf8',
      timeout: 30_000,
    },
  );
  assert.equal(status, 0, stderr);
  // Blocks of other kinds have empty lines, and are not in what is scrubbed.
  const packets = stdout.split('\n').filter((line) => line.trim() !== '');
  return { packets, stderr: stderr.replace(/^Running as user.*\n/m, '') };
}

function hasTshark(): boolean {
  try {
    execFileSync('tshark', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Calls, and what else was on the wire: a connection to port 80 of another host, and a name look-up. */
function mixedPackets() {
  const client = { address: '172.31.5.9', port: 50_000 };
  const server = { address: '10.0.0.9', port: 80 };
  const calls = new TcpConversation({ startNs: EPOCH_NS })
    .handshake()
    .exchange(curlWithToken('/latest/user-data'), response(200, 'x'.repeat(3000)), { mss: 1460 })
    .fin();
  const others = new TcpConversation({ client, server, startNs: EPOCH_NS })
    .handshake()
    .exchange(curl('/index.html'), response(200, '<html>'))
    .fin();
  const query = Buffer.from('12340100000100000000000003777777076578616d706c6503636f6d0000010001', 'hex');
  const dns = udpPacket(client, { address: '10.0.0.2', port: 53 }, query);
  return merge(calls.packets(), others.packets(), [
    { timeNs: EPOCH_NS, bytes: encapsulate('ethernet', dns) },
  ]);
}

describe('scrubbed captures as tshark reads them', function () {
  this.timeout(60_000);
  if (!hasTshark()) {
    it('where there is tshark', function () {
      assert.notEqual(process.env.CI, 'true', 'under CI tshark has to be there');
      this.skip();
    });
    return;
  }
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'imds-scrub-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const strict of [false, true]) {
    for (const ending of strict ? ['pcapng'] : ['pcap', 'pcapng']) {
      for (const fixture of FIXTURES) {
        it(`say the same of ${fixture}, as ${ending}${strict ? ', with --strict' : ''}`, async () => {
          const input = join(fixtures, fixture);
          const output = join(folder, `out.${ending}`);
          const { code, stderr } = await runScrub(input, output, { strict, force: true });
          assert.equal(code, 0, stderr);
          const [before, after] = [tshark(input), tshark(output)];
          assert.equal(after.stderr, '');
          assert.deepEqual(after.packets, before.packets);
        });
      }
    }
  }

  it('have right checksums where they are whole, and nothing malformed where they are cut', async () => {
    const [input, output] = [join(folder, 'mixed.pcapng'), join(folder, 'mixed-out.pcapng')];
    writeFileSync(input, packetsToPcapng(mixedPackets()));
    const { stderr } = await runScrub(input, output);
    assert.match(stderr, /other packets, their headers alone/);
    const [before, after] = [tshark(input), tshark(output)];
    assert.equal(after.stderr, '');
    assert.equal(after.packets.length, before.packets.length);
    const others = after.packets.filter((packet, i) => packet !== before.packets[i]);
    // The two segments with payload of the other connection: TCP's checksum cannot be looked at.
    assert.deepEqual(
      others.map((packet) => packet.split('\t').slice(0, 3)),
      [
        ['2', '1', ''],
        ['2', '1', ''],
      ],
    );
  });
});
