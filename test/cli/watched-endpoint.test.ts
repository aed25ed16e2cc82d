import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { journal } from '../support/journal.ts';
import { curl, EPOCH_NS, response, TcpConversation, writePcap } from '../support/packets/index.ts';
import { imds, root } from './run.ts';

const ELSEWHERE = { address: '10.0.0.7', port: 8080 };

function read(index: number, server?: { address: string; port: number }) {
  return new TcpConversation({
    client: { address: '172.31.5.9', port: 40_000 + index },
    clientIsn: 1000 + index,
    ...(server === undefined ? {} : { server }),
  })
    .handshake()
    .exchange(curl('/latest/meta-data/ami-id'), response(200, 'ami-1'))
    .fin()
    .packets();
}

describe('a capture whose session watched another endpoint (imds live --endpoint)', () => {
  let folder: string;
  let capture: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'imds watched '));
    capture = join(folder, 'c.pcap');
    writeFileSync(capture, writePcap([...read(0, ELSEWHERE), ...read(1)]));
    writeFileSync(
      `${capture}.correlations.jsonl`,
      `${JSON.stringify({ ...journal.session({ time: String(EPOCH_NS), boot_time: undefined, endpoints: [ELSEWHERE] }), after_packet: 0 })}\n`,
    );
  });
  after(() => rmSync(folder, { recursive: true }));

  const endpoints = async (...args: string[]) => {
    const { stdout } = await imds(['analyze', '--jsonl', ...args]);
    return stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).imds.endpoint);
  };

  it('is analyzed for that, and still for those of EC2', async () => {
    assert.deepEqual(await endpoints(capture), ['10.0.0.7:8080', '169.254.169.254:80']);
  });

  it('is analyzed for what --endpoint names alone', async () => {
    assert.deepEqual(await endpoints('--endpoint', '169.254.169.254', capture), ['169.254.169.254:80']);
  });

  it('keeps the answers of EC2, where a session names a client as endpoint', async () => {
    const forged = join(folder, 'forged.pcap');
    writeFileSync(forged, writePcap(read(1)));
    const session = journal.session({
      time: String(EPOCH_NS),
      boot_time: undefined,
      endpoints: [
        { address: '169.254.169.254', port: 80 },
        { address: '172.31.5.9', port: 40_001 },
      ],
    });
    writeFileSync(`${forged}.correlations.jsonl`, `${JSON.stringify({ ...session, after_packet: 0 })}\n`);
    const { stdout, stderr, code } = await imds(['analyze', '--jsonl', '--cross-check', forged]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /two readers agree on 11 packets, \d+ bytes, 1 call\n/);
    const call = JSON.parse(stdout);
    assert.deepEqual(
      [call.imds.version, call.imds.endpoint, call.http.response.status_code],
      ['v1', '169.254.169.254:80', 200],
    );
  });

  it('keeps its calls through imds scrub', async () => {
    const scrubbed = join(folder, 'scrubbed.pcap');
    const { code, stderr } = await imds(['scrub', capture, scrubbed]);
    assert.equal(code, 0, stderr);
    assert.deepEqual(await endpoints(scrubbed), await endpoints(capture));
  });

  it('has a second reader look for the same', async () => {
    const { code, stderr } = await imds(['analyze', '--cross-check', '--csv', capture]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /two readers agree on 22 packets, [\d,]+ bytes, 2 calls\n/);
  });
});

describe('a capture that is analyzed for an endpoint that its session did not watch', () => {
  const capture = join(root, 'fixtures', 'journal-namespaces', 'capture.pcapng');
  const UNWATCHED = ['--endpoint', '10.9.9.9:80'];
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'imds unwatched '));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('proves nothing of it, and says so', async () => {
    const conditions = ['--fail-on', 'incomplete', '--fail-on', 'not-ready'];
    for (const condition of ['incomplete', 'not-ready']) {
      const args = ['analyze', '--observed', '0s', '--fail-on', condition, ...UNWATCHED, capture];
      assert.equal((await imds(args)).code, 3, condition);
    }
    const { stdout } = await imds(['analyze', '--observed', '0s', ...conditions, ...UNWATCHED, capture]);
    const text = stdout.replace(/\s+/g, ' ');
    assert.match(text, /Enforce NOT ENOUGH EVIDENCE: /);
    assert.match(text, /10\.9\.9\.9:80 was not watched by who recorded: nothing is proven of calls there\./);
    assert.doesNotMatch(text, /the sockets were watched, and nothing was lost/);
  });

  it('is READY for HttpTokens=required only where that of EC2 was looked for', async () => {
    const quiet = join(folder, 'quiet.pcap');
    writeFileSync(quiet, writePcap(read(0, ELSEWHERE)));
    const { address, port } = ELSEWHERE;
    const endpoints = [
      { address: '169.254.169.254', port: 80 },
      { address, port },
    ];
    const header = journal.session({ time: String(EPOCH_NS), boot_time: undefined, endpoints });
    writeFileSync(`${quiet}.correlations.jsonl`, `${JSON.stringify({ ...header, after_packet: 0 })}\n`);
    const args = ['analyze', '--json', '--observed', '0s', '--endpoint', `${address}:${port}`, quiet];
    const { needed } = JSON.parse((await imds(args)).stdout).verdict.hosts[0];
    assert.ok(needed.some((text: string) => text.startsWith('Recordings of 169.254.169.254:80, which ')));
  });

  it('makes a JSON report that leaves the events of other endpoints to be counted', async () => {
    const other = join(folder, 'other.json');
    const events = join(folder, 'events.jsonl');
    const whole = join(folder, 'whole.json');
    writeFileSync(other, (await imds(['analyze', '--json', ...UNWATCHED, capture])).stdout);
    writeFileSync(whole, (await imds(['analyze', '--json', capture])).stdout);
    writeFileSync(events, (await imds(['analyze', '--jsonl', capture])).stdout);
    for (const [files, calls] of [
      [[other, events], 4],
      [[whole, events], 4],
      [[whole, other, events], 4],
      [[other, whole, events], 4],
      [[other, whole], 4],
    ] as const) {
      const { stdout, stderr } = await imds(['report', '--json', ...files]);
      const report = JSON.parse(stdout);
      assert.equal(report.totals.by_version.v1, calls, files.join());
      assert.equal(report.verdict.status, 'not-ready');
      assert.doesNotMatch(stderr, /count twice/);
    }
  });
});
