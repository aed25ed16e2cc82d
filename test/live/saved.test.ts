import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imds, shell } from '../cli/run.ts';
import { ROLE, startEndpoint } from '../support/endpoint/index.ts';
import { type Namespace, Network } from '../support/netns.ts';
import { connectContainer, connectPair, IMDS_ADDRESSES } from '../support/topologies.ts';
import { endSessions, type LiveEvent, LiveSession, needsRoot, newMark } from './session.ts';

const V4 = `http://${IMDS_ADDRESSES.v4}`;
const V6 = `http://[${IMDS_ADDRESSES.v6}]`;
const ADDRESSES = Object.values(IMDS_ADDRESSES).flatMap((address) => ['--address', address]);

/** Everything a script may do, with secrets in every place. */
const SCRIPT = [
  `curl -s '${V4}/latest/meta-data/iam/security-credentials/${ROLE}'`,
  `T=$(curl -s -X PUT ${V4}/latest/api/token -H 'X-aws-ec2-metadata-token-ttl-seconds: 60')`,
  `curl -s -H "X-aws-ec2-metadata-token: $T" '${V4}/latest/user-data?password=hUnT3r'`,
  `curl -s -A 'agent password=hUnT3r' -H 'Authorization: Bearer hUnT3r' ${V4}/latest/meta-data/`,
  `curl -s -X POST -d 'secret=hUnT3r' ${V4}/latest/meta-data/mac`,
  `curl -s -m 2 --http1.0 ${V4}/latest/dynamic/instance-identity/document`,
].join('\n');

/** 500 connections, one after the other, as fast as they go. */
const STORM = `
import socket
for i in range(500):
    with socket.create_connection(("${IMDS_ADDRESSES.v4}", 80)) as s:
        s.sendall(b"GET /latest/meta-data/mac HTTP/1.0\\r\\n\\r\\n")
        while s.recv(65536): pass
`;

/** Milliseconds since the epoch. */
function timeOfLast(lines: readonly string[]): number {
  const event = JSON.parse(lines.at(-1) as string) as LiveEvent;
  return Date.parse(event['@timestamp']);
}

interface Saved {
  /** Lines of standard error. */
  said: readonly string[];
  lines: readonly string[];
  files: readonly string[];
}

describe('imds live: what is saved', function () {
  this.timeout(120_000);
  before(needsRoot);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'imds-live-saved-'));
    // Root is given up before the capture is created.
    chmodSync(folder, 0o777);
  });
  afterEach(() => {
    endSessions();
    rmSync(folder, { recursive: true });
  });

  async function record(
    args: readonly string[],
    client: Namespace,
    { where, script = SCRIPT }: { where?: Namespace; script?: string } = {},
  ): Promise<Saved> {
    const session = await LiveSession.start(args, where);
    const mark = newMark();
    await client.run('sh', ['-c', `${script}\ncurl -s ${V4}/latest/meta-data/${mark}`], {
      timeoutMs: 60_000,
    });
    await session.eventsOf(mark, 1);
    assert.equal(await session.stop(), 0);
    const files = readdirSync(folder).filter((name) => !name.endsWith('.jsonl'));
    return {
      lines: session.lines,
      said: session.diagnostics,
      files: files.sort().map((name) => join(folder, name)),
    };
  }

  async function replayed(files: readonly string[]): Promise<string[]> {
    const { code, stdout, stderr } = await imds(['analyze', '--jsonl', ...files]);
    assert.equal(code, 0, stderr);
    return stdout.split('\n').filter((line) => line !== '');
  }

  for (const [form, capture] of [
    ['pcapng', 'sockets'],
    ['pcap', 'sockets'],
    ['pcapng', 'both'],
    ['pcap', 'both'],
  ] as const) {
    it(`replays to the same calls, byte for byte, and holds no secret (${form}, ${capture})`, () =>
      Network.with(async (network) => {
        const { client, server } = connectPair(network);
        await startEndpoint(server, ['--port', '80', ...ADDRESSES]);
        const where = capture === 'both' ? { where: client } : {};
        const file = join(folder, `capture.${form}`);
        const { lines, files } = await record(['--capture', capture, '-w', file], client, where);
        assert.ok(lines.length >= 7);
        assert.deepEqual(await replayed(files), lines);
        for (const name of readdirSync(folder)) {
          const text = readFileSync(join(folder, name), 'latin1');
          assert.doesNotMatch(text, /hUnT3r|SecretAccessKey|AQAE[A-Za-z0-9]{8}/, name);
          assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600);
        }
      }));
  }

  it('has all that was printed, but for the last moment, when it is killed', () =>
    Network.with(async (network) => {
      const { client, server } = connectPair(network);
      await startEndpoint(server, ['--port', '80', ...ADDRESSES]);
      const file = join(folder, 'killed.pcapng');
      const session = await LiveSession.start(['--capture', 'sockets', '-w', file]);
      const mark = newMark();
      const endless = STORM.replace('500', '100000').replace('mac', mark);
      const storm = client.spawn('python3', ['-c', endless]);
      await session.eventsOf(mark, 1000);
      await session.stop('SIGKILL');
      storm.kill('SIGKILL');
      // Those of others on this host, of whom several may be under way, are none of ours.
      const own = (lines: readonly string[]) => lines.filter((line) => line.includes(mark));
      const [printed, saved] = [own(session.lines), own(await replayed([file]))];
      const same = saved.findIndex((line, i) => line !== printed[i]);
      // They are made one after the other: where the file ends, one is under way.
      const least = Math.min(saved.length, printed.length) - 1;
      assert.ok(same < 0 || same >= least, `${same} are the same of ${printed.length} and ${saved.length}`);
      const behind = timeOfLast(printed) - timeOfLast(saved);
      assert.ok(behind < 1000, `${behind} ms of what was printed are missing`);
    }));

  it('holds what was sent with --keep-secrets, says so, and replays to the same calls without a secret', () =>
    Network.with(async (network) => {
      const { client, server } = connectPair(network);
      await startEndpoint(server, ['--port', '80', ...ADDRESSES]);
      const file = join(folder, 'capture.pcapng');
      const args = ['--capture', 'both', '-w', file, '--keep-secrets'];
      const { lines, files, said } = await record(args, client, { where: client });
      assert.ok(said.some((line) => /capture\.pcapng will hold tokens and credentials/.test(line)));
      assert.match(
        readFileSync(file, 'latin1'),
        /SecretAccessKey[\s\S]*AQAE[A-Za-z0-9]{8}|AQAE[\s\S]*SecretAccessKey/,
      );
      assert.deepEqual(await replayed(files), lines);
      assert.doesNotMatch(lines.join('\n'), /hUnT3r|SecretAccessKey|AQAE[A-Za-z0-9]{8}/);
    }));

  it('replays a storm that the wire view cannot follow', () =>
    Network.with(async (network) => {
      const { client, server } = connectPair(network);
      await startEndpoint(server, ['--port', '80', ...ADDRESSES]);
      const file = join(folder, 'capture.pcapng');
      const script = `for i in 1 2 3 4; do python3 -c '${STORM}' & done; wait`;
      const args = ['--capture', 'both', '-w', file];
      const { lines, files } = await record(args, client, { where: client, script });
      assert.ok(lines.length > 2000, `${lines.length} calls`);
      assert.deepEqual(await replayed(files), lines);
    }));

  it('replays through rotation, read with its session id', () =>
    Network.with(async (network) => {
      const { client, server } = connectPair(network);
      await startEndpoint(server, ['--port', '80', ...ADDRESSES]);
      const args = ['--capture', 'sockets', '-w', join(folder, 'c.pcapng'), '--rotate-size', '60kB'];
      const script = `for i in 1 2 3 4; do ${SCRIPT.replaceAll('\n', ';')}; done`;
      const { lines, files } = await record(args, client, { script });
      assert.ok(files.length > 1, `${files.length} files`);
      assert.deepEqual(await replayed(files), lines);
    }));

  it('replays a container behind a bridge and masquerade', () =>
    Network.with(async (network) => {
      const { client, host, server } = connectContainer(network);
      await startEndpoint(server, ['--port', '80', ...ADDRESSES]);
      const file = join(folder, 'capture.pcapng');
      const { lines, files } = await record(['--capture', 'both', '-w', file], client, { where: host });
      assert.deepEqual(await replayed(files), lines);
    }));

  it('is opened by tshark without complaint, and shows whose packets they are', () =>
    Network.with(async (network) => {
      const { client, server } = connectPair(network);
      await startEndpoint(server, ['--port', '80', ...ADDRESSES]);
      const file = join(folder, 'capture.pcapng');
      await record(['--capture', 'sockets', '-w', file], client, {
        script: `curl -s ${V6}/latest/meta-data/mac`,
      });
      const { stdout, stderr } = await shell(`tshark -r '${file}' -T fields -e frame.comment`);
      assert.doesNotMatch(stderr, /cut short|corrupt|malformed/i);
      assert.match(stdout, /^pid \d+: curl -s http:\/\/\[fd00:ec2::254\]\/latest\/meta-data\/mac ← sh -c/m);
    }));

  for (const [capture, interfaces] of [
    ['both', ['sockets']],
    ['wire', ['unknown']],
  ] as const) {
    it(`holds each packet once, whatever interfaces and views saw it (${capture})`, () =>
      Network.with(async (network) => {
        const { client, host, server } = connectContainer(network);
        await startEndpoint(server, ['--port', '80', ...ADDRESSES]);
        const file = join(folder, 'capture.pcapng');
        await record(['--capture', capture, '-w', file], client, { where: host });
        const fields = [
          'ip.src',
          'ip.dst',
          'ip.id',
          'ipv6.src',
          'tcp.seq_raw',
          'tcp.ack_raw',
          'tcp.flags',
          'tcp.len',
        ];
        const times = 'tcp.options.timestamp.tsval';
        const words = [...fields, times, 'frame.interface_name'].map((field) => `-e ${field}`).join(' ');
        const { stdout } = await shell(
          `tshark -r '${file}' -o tcp.reassemble_out_of_order:FALSE -T fields ${words}`,
        );
        const packets = stdout
          .trim()
          .split('\n')
          .map((line) => line.split('\t'));
        assert.ok(packets.length > 60, `${packets.length} packets`);
        const ofContainer = packets.filter((packet) => packet.slice(0, 2).includes('10.88.0.5'));
        assert.equal(new Set(packets.map((packet) => packet.slice(0, -1).join())).size, packets.length);
        assert.deepEqual([...new Set(ofContainer.map((packet) => packet.at(-1)))], interfaces);
      }));
  }

  it('does not overwrite what is there', async () => {
    const file = join(folder, 'capture.pcapng');
    await imds(['live', '--no-log', '--no-state', '--capture', 'sockets', '--duration', '100ms', '-w', file]);
    const { code, stderr } = await imds([
      'live',
      '--no-log',
      '--no-state',
      '--capture',
      'sockets',
      '-w',
      file,
    ]);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /^imds live: [^\n]*capture\.pcapng[^\n]*\n/m);
  });
});
